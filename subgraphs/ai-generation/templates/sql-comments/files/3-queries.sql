-- All threads as they are read: replies below what they answer, the oldest first.
with recursive thread as (
  select id, author, text, 0 as depth, array[row(written_at, id)] as place from comment where parent_id is null
  union all
  select reply.id, reply.author, reply.text, thread.depth + 1, thread.place || row(reply.written_at, reply.id)
  from comment reply join thread on reply.parent_id = thread.id
)
select repeat('  ', depth) || text as text, author from thread order by place;

-- How many replies each thread has, at any depth.
with recursive below as (
  select id as thread, id from comment where parent_id is null
  union all
  select below.thread, reply.id from comment reply join below on reply.parent_id = below.id
)
select first.text, count(*) - 1 as replies
from below join comment first on first.id = below.thread
group by first.id, first.text order by replies desc;

-- The way from a reply up to the first comment.
with recursive above as (
  select id, parent_id, author from comment where id = 3
  union all
  select comment.id, comment.parent_id, comment.author from comment join above on comment.id = above.parent_id
)
select string_agg(author, ' < ') as way from above;
