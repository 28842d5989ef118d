-- The requests whose answers were lost are few, and looked up with every batch.
create index on ldap_sync.operations (operation_id) where outcome = 'sent';
