-- The project directory: what exists in GitLab, made of its events.

create schema project_directory;

-- How far each partition has been applied. It moves in the transaction that applies the records.
create table project_directory.positions (
  topic_id        uuid        not null,
  topic           text        not null,
  kafka_partition integer     not null,
  next_offset     bigint      not null,
  received_at     timestamptz,
  primary key (topic_id, topic, kafka_partition)
);
comment on column project_directory.positions.received_at is 'When the bridge received the newest record that was applied.';

-- Ids mean something in one GitLab only. Invented events have worlds of their own, so that they never change what is real.
create table project_directory.realms (
  id            integer generated always as identity primary key,
  instance      text not null,
  invented      text not null,
  reconciled_at timestamptz,
  unique (instance, invented)
);
comment on column project_directory.realms.instance is 'Address of the GitLab; empty where the hooks do not say it.';
comment on column project_directory.realms.invented is 'Empty for real events, else the source of invented ones: sample or simulate.';

-- What events said about a project, group or user. Everything else about them is computed from these rows.
create table project_directory.facts (
  realm integer not null references project_directory.realms,
  kind  text    not null,
  id    bigint  not null,
  key   text    not null,
  fact  json    not null,
  primary key (realm, kind, id, key)
);

-- Projects, groups and users: all have a path. The path of a user is the username.
create table project_directory.holders (
  realm          integer not null references project_directory.realms,
  kind           text    not null,
  id             bigint  not null,
  path           text,
  path_key       text    collate "C" generated always as (lower(path)) stored,
  bare_key       text    collate "C" generated always as (lower(regexp_replace(path, '^.*/', ''))) stored,
  path_since     bigint,
  name           text,
  visibility     text,
  default_branch text,
  web_url        text,
  parent_id      bigint,
  created_at     bigint,
  is_destroyed   boolean not null,
  state          text    not null,
  is_ambiguous   boolean not null,
  starts_empty   boolean not null,
  reconciled_at  bigint,
  primary key (realm, kind, id)
);
comment on column project_directory.holders.is_destroyed is 'Whether an event says that it was destroyed. The state says whether it was destroyed with its group, too.';
comment on column project_directory.holders.path_since is 'Milliseconds since 1970, as all numbers of this schema that are times.';
create index on project_directory.holders (kind, path_key, realm, id);
create index on project_directory.holders (kind, bare_key, realm, id);
create index on project_directory.holders (kind, id, realm);
create index on project_directory.holders (realm) where is_ambiguous and state <> 'destroyed';

-- Every path that a holder has had, so that old paths lead to it.
create table project_directory.paths (
  realm    integer not null,
  kind     text    not null,
  id       bigint  not null,
  path     text    not null,
  path_key text    collate "C" generated always as (lower(path)) stored,
  since    bigint  not null,
  place    integer not null,
  primary key (realm, kind, id, place)
);
create index on project_directory.paths (realm, path_key);

-- New paths of groups and users. They change the paths of all that lies below.
create table project_directory.renames (
  realm    integer not null,
  kind     text    not null,
  id       bigint  not null,
  at       bigint  not null,
  old_path text    not null,
  path     text    not null,
  -- Where the event before put the same group or user, and since when. Null where none is known.
  from_path  text,
  from_since bigint,
  primary key (realm, kind, id, at, old_path, path)
);
create index on project_directory.renames (realm, old_path);

-- Every hook that said that a branch or tag was moved.
create table project_directory.moves (
  realm       integer not null,
  project_id  bigint  not null,
  ref         text    not null,
  stream      text    not null,
  delivery_id text    not null,
  before      text    not null,
  after       text    not null,
  at          bigint  not null,
  user_id     bigint,
  user_name   text,
  primary key (realm, project_id, ref, stream, delivery_id, before, after)
);

-- Branches and tags. One without a commit was deleted.
create table project_directory.refs (
  realm        integer not null,
  project_id   bigint  not null,
  ref          text    collate "C" not null,
  sha          text,
  pusher_id    bigint,
  pusher_name  text,
  pushed_at    bigint,
  is_ambiguous boolean not null,
  base_sha     text,
  base_at      bigint,
  primary key (realm, project_id, ref)
);
create index on project_directory.refs (realm, project_id, ref) where sha is not null;
create index on project_directory.refs (realm) where is_ambiguous and sha is not null;

create table project_directory.members (
  realm        integer not null,
  kind         text    not null,
  id           bigint  not null,
  user_id      bigint  not null,
  access       text,
  is_member    boolean not null,
  is_ambiguous boolean not null,
  created_at   bigint  not null,
  updated_at   bigint  not null,
  rank         integer not null,
  received_at  bigint  not null,
  primary key (realm, kind, id, user_id)
);
create index on project_directory.members (realm, user_id) where is_member;

-- A part of a path is found by its groups of three letters. The extension belongs to PostgreSQL, but not every server has
-- it, and not every owner may create it. Without the index, such a search reads the paths of all projects.
do $$
begin
  create extension if not exists pg_trgm;
  create index holders_path_trigrams on project_directory.holders using gin (path_key gin_trgm_ops);
exception when others then
  raise notice 'searching for a part of a path reads all paths: %', sqlerrm;
end
$$;
