-- What the signer reads to know that an older key has named the one that it signs with.
create view audit_log.key_changes as
select s.leaf_index, s.content from audit_log.statements as s join audit_log.leaves as l on l.index = s.leaf_index and l.kind = 7;
comment on view audit_log.key_changes is 'Statements by which a signing key names the next one.';
