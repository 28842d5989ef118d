-- An SSH key belongs to a user of one GitLab. Without the instance, an undo would find the users of several.
alter table ldap_sync.operations add column instance text;
comment on column ldap_sync.operations.instance is 'Of a change of SSH keys: the GitLab of the user. Null for changes of groups, and for changes before this column.';
