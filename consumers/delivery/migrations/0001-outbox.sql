-- The outbox of one worker: what it owes to each destination. {{schema}} is the schema of the worker.

create schema {{schema}};

-- One row for each destination that ever had a message.
create table {{schema}}.destinations (
  destination  text        primary key,
  state        text        not null default 'active' check (state in ('active', 'paused', 'restored')),
  reason       text,
  -- Messages up to this id become digests, after a resume with digest.
  digest_up_to bigint      not null default 0,
  failures     integer     not null default 0,
  retry_at     timestamptz,
  last_failure text,
  changed_at   timestamptz not null default now()
);
comment on column {{schema}}.destinations.failures is 'Failed attempts since the last success. The circuit breaker is open until retry_at.';

-- One queue: a destination, or one project of a destination where the order of each project is kept.
create table {{schema}}.lanes (
  destination text        not null,
  lane        text        not null,
  -- Raised with every message. A sender that has emptied the lane writes what it saw into done.
  seq         bigint      not null default 1,
  done        bigint      not null default 0,
  -- The lease. fence grows with every owner, so a result of an earlier owner is refused.
  owner       text,
  fence       bigint      not null default 0,
  expires_at  timestamptz,
  touched_at  timestamptz not null default now(),
  primary key (destination, lane)
);
create index lanes_due on {{schema}}.lanes (destination, lane) where seq > done;

create table {{schema}}.messages (
  id              bigint      generated always as identity primary key,
  destination     text        not null,
  lane            text        not null,
  -- What makes it one message for its destination.
  key             text        not null,
  state           text        not null default 'waiting'
                              check (state in ('waiting', 'sending', 'sent', 'dead', 'discarded')),
  topic_id        uuid,
  topic           text        not null,
  kafka_partition integer     not null,
  kafka_offset    bigint      not null,
  delivery_id     text        not null,
  fact_id         text        not null,
  event_type      text        not null,
  received_at     timestamptz not null,
  -- The users whom the event names, for erasure.
  user_ids        bigint[]    not null default '{}',
  usernames       text[]      not null default '{}',
  -- Messages with the same merge_key can become one. A held one waits for others.
  merge_key       text,
  held_until      timestamptz,
  content         jsonb,
  body            bytea,
  bytes           bigint      not null,
  attempts        integer     not null default 0,
  first_attempt   timestamptz,
  -- What the destination answered: status and the first bytes of the body.
  answer          jsonb,
  -- How it was sent: message, digest, merged; the id that the destination gave it.
  sent_as         text,
  remote_id       text,
  settled_at      timestamptz,
  unique (destination, key)
);
comment on column {{schema}}.messages.content is 'Null where only the coordinates are kept because the outbox of the destination is full, and after it was settled.';
create index messages_open on {{schema}}.messages (destination, lane, id) include (bytes) where state in ('waiting', 'sending');
create index messages_dead on {{schema}}.messages (destination, id) where state = 'dead';
create index messages_settled on {{schema}}.messages (settled_at) where state in ('sent', 'discarded');
create index messages_fact on {{schema}}.messages (destination, fact_id, received_at);
create index messages_merge on {{schema}}.messages (destination, merge_key, id) where merge_key is not null;

-- Which pushes each stream of hooks has reported: the nth report of a change is the nth push with this change.
create table {{schema}}.push_reports (
  id          bigint      generated always as identity primary key,
  stream      text        not null,
  ref_key     text        not null,
  change      text        not null,
  occurrence  integer     not null,
  delivery_id text        not null,
  received_at timestamptz not null
);
create index push_reports_ref on {{schema}}.push_reports (stream, ref_key, id desc);
create index push_reports_change on {{schema}}.push_reports (stream, change, occurrence desc);
create index push_reports_age on {{schema}}.push_reports (received_at);

-- The last state that was told of something, such as the pipelines of a branch, to find changes.
create table {{schema}}.states (
  scope      text        not null,
  subject    text        not null,
  state      text        not null,
  version    bigint      not null,
  changed_at timestamptz not null default now(),
  primary key (scope, subject)
);
create index states_age on {{schema}}.states (changed_at);

-- Where the worker continues. Written in the transaction that inserts messages.
create table {{schema}}.positions (
  topic_id        uuid    not null,
  topic           text    not null,
  kafka_partition integer not null,
  next_offset     bigint  not null,
  primary key (topic_id, topic, kafka_partition)
);
