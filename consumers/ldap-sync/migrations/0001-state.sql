-- What the worker ldap-sync knows, what it has changed, and what waits for a person to approve it.
create schema ldap_sync;

-- Offsets up to which the records are in this database. After a restore from a dump, they lead the worker
-- back to the records that the dump does not contain.
create table ldap_sync.positions (
  topic_id uuid not null,
  topic text not null,
  kafka_partition integer not null,
  next_offset bigint not null,
  primary key (topic_id, topic, kafka_partition)
);

-- Groups and projects of GitLab. Of an old group, the full path may not be known yet.
create table ldap_sync.containers (
  instance text not null,
  kind text not null check (kind in ('group', 'project')),
  container_id bigint not null,
  full_path text,
  -- When the path was set, by the clock of GitLab.
  path_at timestamptz not null default '-infinity',
  -- When GitLab moved it aside to delete it later. A newer path means that it was restored.
  deletion_scheduled_at timestamptz not null default '-infinity',
  destroyed boolean not null default false,
  -- GitLab itself fills this group from LDAP.
  filled_from_ldap boolean not null default false,
  primary key (instance, kind, container_id)
);
create index on ldap_sync.containers (kind, container_id);
create index on ldap_sync.containers (kind, full_path);

-- Renames of groups and users. GitLab says nothing about the paths of what is inside.
create table ldap_sync.renames (
  instance text not null,
  old_path text not null,
  new_path text not null,
  at timestamptz not null,
  primary key (instance, old_path, new_path, at)
);

-- The newest state of each membership. A removal stays as a tombstone, so that an older event which arrives
-- later changes nothing.
create table ldap_sync.memberships (
  instance text not null,
  kind text not null check (kind in ('group', 'project')),
  container_id bigint not null,
  user_id bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- 0 added, 1 updated, 2 removed: the order of events of one time.
  step smallint not null check (step between 0 and 2),
  access text not null,
  -- The height of the access level. Of two events that nothing else orders, the lower one counts.
  height smallint not null,
  expires_at timestamptz,
  -- It ended because a list of GitLab's API did not have it. A later list may have it again.
  unlisted boolean not null default false,
  primary key (instance, kind, container_id, user_id)
);
create index on ldap_sync.memberships (instance, user_id);
create index on ldap_sync.memberships (expires_at) where expires_at is not null;

-- Users of GitLab. A user is bound to one entry once.
create table ldap_sync.people (
  instance text not null,
  user_id bigint not null,
  username text,
  email text,
  seen_at timestamptz not null default '-infinity',
  destroyed boolean not null default false,
  blocked boolean not null default false,
  dn text,
  dn_key text,
  -- What is written into groups whose members are not DNs.
  member_name text,
  -- What the server knows the entry by, whatever its name: `entryUUID` and its value in hexadecimal digits.
  entry_id text,
  bound_at timestamptz,
  -- Why the user is not bound.
  problem text check (problem in ('not_found', 'ambiguous', 'reused')),
  primary key (instance, user_id),
  unique (instance, dn_key)
);
create index on ldap_sync.people (instance, username);

-- LDAP groups that the worker fills. A rule of the mapping is bound to one group or project of GitLab once:
-- another one that gets the same path later does not get its members into the LDAP group.
create table ldap_sync.targets (
  target_id bigint generated always as identity primary key,
  rule_key text not null unique,
  instance text not null,
  kind text not null,
  container_id bigint not null,
  access text[] not null,
  dn text not null,
  dn_key text not null unique,
  origin text not null check (origin in ('created', 'adopted')),
  state text not null check (state in ('planned', 'creating', 'present', 'archived', 'conflict')),
  gid integer,
  -- At the last attempt, its members could not be read completely.
  unreadable boolean not null default false
);
create index on ldap_sync.targets (instance, kind, container_id);

-- Members that the worker added. It removes no others.
create table ldap_sync.owned_members (
  target_id bigint not null references ldap_sync.targets,
  user_id bigint not null,
  value text not null,
  primary key (target_id, user_id)
);

-- SSH keys that the worker knows of, and whether it added them to the entry of the person.
create table ldap_sync.keys (
  instance text not null,
  key_id bigint not null,
  username text not null,
  key text not null,
  destroyed boolean not null default false,
  added_to text,
  primary key (instance, key_id)
);

create table ldap_sync.runs (
  run_id bigint generated always as identity primary key,
  cause text not null check (cause in ('events', 'reconcile', 'approval', 'undo', 'expiry')),
  started_at timestamptz not null default now(),
  -- The digest of the hold that was approved, or the run that was undone.
  reference text,
  undone_by bigint references ldap_sync.runs
);

-- Every request that was sent to the directory. It is stored, with what takes it back, before it is sent.
create table ldap_sync.operations (
  operation_id bigint generated always as identity primary key,
  run_id bigint not null references ldap_sync.runs,
  at timestamptz not null default now(),
  target_id bigint references ldap_sync.targets,
  dn_key text not null,
  operation jsonb not null,
  -- Of a change of members: the users that belong to the values.
  user_ids jsonb not null default '{}',
  ldif text not null,
  inverse_ldif text not null,
  removals integer not null,
  additions integer not null,
  outcome text not null default 'sent' check (outcome in ('sent', 'done', 'failed'))
);
create index on ldap_sync.operations (at);
create index on ldap_sync.operations (run_id);

-- What was not done and waits for a person.
create table ldap_sync.holds (
  hold_id bigint generated always as identity primary key,
  cause text not null check (cause in ('propose', 'group_removals', 'total_removals', 'additions',
    'reconcile', 'mapping_changed', 'nothing_found', 'undone', 'undo')),
  -- The entry whose removals are held, or an empty text for all.
  scope text not null default '',
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '7 days',
  state text not null default 'open' check (state in ('open', 'approved', 'expired', 'void')),
  reference text,
  closed_at timestamptz
);
create unique index on ldap_sync.holds (cause, scope) where state = 'open';

create table ldap_sync.hold_items (
  hold_id bigint not null references ldap_sync.holds,
  -- The same for the same change: its kind, its entry and its value.
  item_key text not null,
  target_id bigint,
  user_id bigint,
  change jsonb not null,
  primary key (hold_id, item_key)
);
create index on ldap_sync.hold_items (target_id, user_id);

-- Limits that a person raised for some time.
create table ldap_sync.raises (
  raise_id bigint generated always as identity primary key,
  removals integer,
  additions integer,
  until timestamptz not null,
  raised_at timestamptz not null default now()
);

-- One row: what the last reconcile has seen.
create table ldap_sync.settings (
  only_row boolean primary key default true check (only_row),
  mapping_digest text not null,
  groups integer not null default 0,
  people integer not null default 0,
  reconciled_at timestamptz
);

-- Changes that a person has undone. When events ask for one of them again, it is held.
create table ldap_sync.undone_items (
  item_key text primary key,
  run_id bigint not null references ldap_sync.runs
);
