-- The history of one row.
select id, actor, operation, changed_fields(before, after) as changed
from audit_entry where table_name = 'person' and row_id = '1' order by id;

-- Who changed how much.
select actor, count(*) as changes from audit_entry group by actor order by actor;

-- A row as it was first, which restores it.
insert into person
select (jsonb_populate_record(null::person, after)).*
from audit_entry where table_name = 'person' and row_id = '1' and operation = 'INSERT'
returning *;
