-- The trace that the record of a message belongs to. The requests that send the message continue it.
alter table {{schema}}.messages add column traceparent text;
