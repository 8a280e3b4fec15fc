-- What Slack shows, and what came from it. All of it can be lost without losing a decision.

create table slack_message (
  id bigint generated always as identity primary key,
  -- A name or number until Slack has taken it, then the number that Slack gave.
  channel text not null,
  -- Slack's number of the message in its channel; null until it is posted.
  ts text,
  system text,
  rule text,
  -- One message for many incidents of one rule.
  grouped boolean not null,
  rendered_hash text not null default '',
  error text,
  attempt integer not null default 0,
  -- Nobody takes it before: after a failure, and while a publisher has it.
  next_try_at timestamptz not null,
  -- Looked at until then; set when all of its incidents have ended.
  watch_until timestamptz not null default 'infinity',
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index slack_message_watched on slack_message (watch_until);
create index slack_message_by_age on slack_message (created_at);

create table slack_story (
  id bigint generated always as identity primary key,
  message bigint not null references slack_message (id),
  -- What is told: an incident, or a run that a person asked for by hand.
  incident bigint unique references incident (id),
  by_hand bigint unique references remediation (id),
  check ((incident is null) <> (by_hand is null)),
  -- The chain of its entries: the incident's own, or the system's.
  chain bigint not null generated always as (coalesce(incident, 0)) stored,
  -- Last entry of the chain that the message shows, and last that its thread tells.
  seen_seq integer not null default 0,
  thread_position integer not null default 0
);
create index slack_story_by_message on slack_story (message);
-- Incidents that opened and closed between two looks.
create index incident_by_opening on incident (opened_at);

-- What the buttons of a grouped message stand for: remediations with the digests that were shown.
create table slack_batch (
  id text primary key,
  shown jsonb not null,
  created_at timestamptz not null
);

-- Requests taken, by the hash of their signature: each counts once.
create table slack_request (
  signature_hash text primary key,
  at timestamptz not null
);
create index slack_request_by_age on slack_request (at);
