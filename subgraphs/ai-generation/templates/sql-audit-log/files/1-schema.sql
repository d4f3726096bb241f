-- {{title}}
create table person (
  id int primary key,
  name text not null,
  phone text
);

create table audit_entry (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  actor text not null default coalesce(nullif(current_setting('app.actor', true), ''), current_user),
  table_name text not null,
  row_id text not null,
  operation text not null check (operation in ('INSERT', 'UPDATE', 'DELETE')),
  before jsonb,
  after jsonb
);
create index audit_entry_row on audit_entry (table_name, row_id, id);

create function record_change() returns trigger language plpgsql as $$
declare
  old_row jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  new_row jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
begin
  if old_row is distinct from new_row then
    insert into audit_entry (table_name, row_id, operation, before, after)
      values (tg_table_name, coalesce(new_row, old_row) ->> 'id', tg_op, old_row, new_row);
  end if;
  return null;
end $$;

create function audit(target regclass) returns void language plpgsql as $$
begin
  execute format(
    'create trigger record_change after insert or update or delete on %s for each row execute function record_change()',
    target
  );
end $$;

select audit('person');

-- What differs between two versions of a row, with the new values.
create function changed_fields(before jsonb, after jsonb) returns jsonb language sql immutable as $$
  select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(after) where value is distinct from before -> key
$$;
