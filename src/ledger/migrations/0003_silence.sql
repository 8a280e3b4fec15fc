-- Silences in Alertmanager that a person asked us for: ours to take away again when the incident is over.
create table silence (
  id text primary key,
  incident bigint not null references incident (id),
  by text not null,
  ends_at timestamptz not null,
  created_at timestamptz not null,
  removed_at timestamptz
);
create index silence_standing on silence (incident) where removed_at is null;
