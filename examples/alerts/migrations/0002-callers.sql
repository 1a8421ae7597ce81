-- Who holds a row: a sender makes up a name when it starts. Only the holder may call the endpoint or put the row back.
alter table outbox add column taken_by uuid;

-- Since when the message may be on the wire: noted on an open connection, right before the first byte. A lease that runs out while this is null was no attempt;
-- `attempts` are those that were made, `lost` those of them whose answer nobody knows.
alter table outbox add column called_at timestamptz;
