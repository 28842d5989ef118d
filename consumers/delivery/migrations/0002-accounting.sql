-- How many messages an outbox ever got and how many it deleted after they were settled: with the rows that are
-- left, these numbers must add up.

alter table {{schema}}.destinations
  add column accepted  bigint not null default 0,
  add column forgotten bigint not null default 0;
comment on column {{schema}}.destinations.accepted is 'Messages that were ever added for this destination.';
comment on column {{schema}}.destinations.forgotten is 'Settled messages whose rows were deleted.';

update {{schema}}.destinations as d
   set accepted = (select count(*) from {{schema}}.messages m where m.destination = d.destination);
