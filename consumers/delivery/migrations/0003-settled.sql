-- How many messages of a destination were settled up to a time. The metric of missing messages then counts only
-- what was settled since, and not every row of seven days.

alter table {{schema}}.destinations
  add column settled       bigint      not null default 0,
  add column settled_until timestamptz not null default now() - interval '10 minutes';
comment on column {{schema}}.destinations.settled is 'Messages that were sent or discarded up to settled_until, with those whose rows were deleted.';

update {{schema}}.destinations as d
   set settled = d.forgotten + (
     select count(*) from {{schema}}.messages m
      where m.destination = d.destination and m.state in ('sent', 'discarded') and m.settled_at <= d.settled_until);
