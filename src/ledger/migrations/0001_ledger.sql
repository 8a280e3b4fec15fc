-- Append-only truth: what came in, what was decided, what was done. The queue is only a bell.

create table notification (
  id uuid primary key,
  source text not null,
  body text not null,
  received_at timestamptz not null,
  decided_at timestamptz,
  quarantined text
);
create index notification_undecided on notification (received_at, id) where decided_at is null;

create sequence incident_id_seq;
create table incident (
  id bigint primary key default nextval('incident_id_seq'),
  source text not null,
  fingerprint text not null,
  system text,
  rule text,
  severity text not null,
  state text not null check (state in ('open', 'closed')),
  labels jsonb not null,
  annotations jsonb not null,
  starts_at timestamptz not null,
  opened_at timestamptz not null,
  last_seen_at timestamptz not null,
  repeats integer not null default 0,
  ended_at timestamptz,
  closed_at timestamptz,
  follows bigint
);
-- The database itself refuses a second open incident of the same alert.
create unique index incident_open on incident (source, fingerprint) where state = 'open';
create index incident_latest on incident (source, fingerprint, id desc);
create index incident_by_system on incident (system, id desc);
create index incident_open_by_id on incident (id desc) where state = 'open';
create index incident_followers on incident (follows) where follows is not null and state = 'open';

create sequence remediation_id_seq;
create table remediation (
  id bigint primary key default nextval('remediation_id_seq'),
  -- Null for a run that a person asked for by hand.
  incident bigint references incident (id),
  system text not null,
  rule text not null,
  step_index integer not null,
  step jsonb not null,
  rule_snapshot jsonb not null,
  policy_hash text not null,
  -- '<system>/<target>': what is held while the remediation works.
  target text not null,
  handler text not null,
  mode text not null,
  requested_by text,
  state text not null,
  reason text not null,
  attempt integer not null default 0,
  plan jsonb,
  findings jsonb not null default '[]',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  started_at timestamptz,
  verify_until timestamptz,
  -- When it must be looked at again; a sweeper rings the bell for those that were missed.
  wake_at timestamptz
);
create index remediation_by_incident on remediation (incident, id desc);
create index remediation_by_system on remediation (system, created_at);
create index remediation_starts on remediation (system, rule, started_at) where started_at is not null;
create index remediation_wake on remediation (wake_at) where wake_at is not null;
create index remediation_active on remediation (target) where state in ('proposed', 'awaiting_approval', 'queued', 'running', 'unknown', 'verifying');
-- The database itself refuses two runs at one target.
create unique index remediation_running on remediation (target) where state = 'running';

create table run (
  remediation bigint not null references remediation (id),
  number integer not null,
  worker text not null,
  started_at timestamptz not null,
  lease_until timestamptz not null,
  ended_at timestamptz,
  outcome text check (outcome in ('done', 'failed', 'timed-out', 'lost', 'handed-back')),
  result jsonb,
  error text,
  primary key (remediation, number)
);
create index run_leases on run (lease_until) where ended_at is null;

create table approval (
  remediation bigint primary key references remediation (id),
  digest text not null,
  needed integer not null,
  expires_at timestamptz not null,
  given text[] not null default '{}',
  denied_by text,
  denied_reason text,
  created_at timestamptz not null
);

create table escalation (
  id bigint generated always as identity primary key,
  incident bigint not null references incident (id),
  severity text not null,
  reason text not null,
  state text not null check (state in ('pending', 'paging', 'acknowledged', 'resolved', 'exhausted')),
  level integer not null default 0,
  due_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index escalation_of_incident on escalation (incident) where state in ('pending', 'paging', 'acknowledged');
create index escalation_due on escalation (due_at) where due_at is not null;

create table chain (
  id bigint primary key,
  seq integer not null,
  hash text not null
);

create table entry (
  chain bigint not null,
  seq integer not null,
  at timestamptz not null,
  kind text not null,
  -- json, not jsonb: the hash covers the exact text.
  payload json not null,
  hash text not null,
  position bigint generated always as identity unique,
  primary key (chain, seq)
);
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger is append-only';
end $$;
create trigger entry_append_only before update or delete on entry for each row execute function refuse_change();
create trigger entry_no_truncate before truncate on entry for each statement execute function refuse_change();

create table outbox (
  id bigint generated always as identity primary key,
  remediation bigint not null references remediation (id),
  attempt integer not null,
  at timestamptz
);

create table breaker (
  name text primary key,
  failures integer not null default 0,
  opened_at timestamptz,
  updated_at timestamptz not null
);

create table maintenance_window (
  id bigint generated always as identity primary key,
  system text,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  by text not null,
  comment text not null,
  cancelled_at timestamptz
);
create index maintenance_window_ends on maintenance_window (ends_at) where cancelled_at is null;

create table kill_switch (
  singleton boolean primary key default true check (singleton),
  is_on boolean not null,
  by text not null,
  reason text not null,
  at timestamptz not null
);
insert into kill_switch values (true, false, 'nightshift', 'initial', now());

create table policy_version (
  hash text primary key,
  files jsonb not null,
  loaded_at timestamptz not null
);
