-- {{title}}
create table comment (
  id int primary key,
  parent_id int references comment on delete cascade,
  author text not null,
  text text not null check (text <> ''),
  written_at timestamptz not null,
  check (parent_id <> id)
);
create index comment_parent on comment (parent_id);

-- A comment must not move below itself.
create function refuse_cycle() returns trigger language plpgsql as $$
begin
  if exists (
    with recursive above (id, parent_id) as (
      select id, parent_id from comment where id = new.parent_id
      union
      select comment.id, comment.parent_id from comment join above on comment.id = above.parent_id
    )
    select from above where id = new.id
  ) then
    raise exception 'comment % cannot be a reply to its own reply %', new.id, new.parent_id;
  end if;
  return new;
end $$;

create trigger comment_cycle before update of parent_id on comment
  for each row when (new.parent_id is distinct from old.parent_id) execute function refuse_cycle();
