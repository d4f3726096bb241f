import type { EntityManager } from '@mikro-orm/postgresql';
import { InvalidInputError } from '@vibecode/platform/errors';
import { isUuid } from '@vibecode/platform/id';
import { Generation } from './generation.entity.ts';
import type { GenerationEventData, SequencedEvent } from './generation.events.ts';

/**
 * @param id as a client gave it: one that is no UUID finds nothing
 * @param ownerId null when the viewer may see those of all users
 */
export async function findVisible(em: EntityManager, id: string, ownerId: string | null): Promise<Generation | null> {
  return (await findVisibleByIds(em, [id], ownerId))[0] ?? null;
}

export async function findVisibleByIds(
  em: EntityManager,
  ids: readonly string[],
  ownerId: string | null,
): Promise<Generation[]> {
  const uuids = ids.filter(isUuid);
  if (uuids.length === 0) return [];
  return em.find(Generation, { id: { $in: uuids }, ...(ownerId === null ? {} : { userId: ownerId }) });
}

/** Newest first. Ids grow with time, so they are the order and the cursor. */
export async function findGenerations(
  em: EntityManager,
  filter: { readonly userId: string; readonly projectId?: string },
  page: { readonly limit: number; readonly after: readonly string[] | null },
): Promise<{ rows: Generation[]; totalCount: number }> {
  const [afterId] = page.after ?? [];
  if (afterId !== undefined && !isUuid(afterId)) {
    throw new InvalidInputError(
      'after',
      "'after' is not a cursor of this list; expected an 'endCursor' or 'cursor' from it.",
    );
  }
  const [rows, totalCount] = await Promise.all([
    em.find(
      Generation,
      { ...filter, ...(afterId === undefined ? {} : { id: { $lt: afterId } }) },
      { orderBy: { id: 'desc' }, limit: page.limit },
    ),
    em.count(Generation, filter),
  ]);
  return { rows, totalCount };
}

/**
 * The id that a user's request has, now and whenever it is made again.
 *
 * @param proposedId taken when the request is new
 */
export async function reserveId(
  em: EntityManager,
  { userId, clientRequestId, proposedId }: { userId: string; clientRequestId: string; proposedId: string },
): Promise<string> {
  const rows = await em.execute<{ generation_id: string }[]>(
    `insert into ai_generation.generation_request (user_id, client_request_id, generation_id) values (?, ?, ?)
      on conflict (user_id, client_request_id) do update set client_request_id = excluded.client_request_id
      returning generation_id`,
    [userId, clientRequestId, proposedId],
  );
  return rows[0]!.generation_id;
}

/** Stores events; those that are there already, because the answer of an earlier attempt was lost, stay. */
export async function insertEvents(
  em: EntityManager,
  generationId: string,
  events: readonly SequencedEvent[],
): Promise<void> {
  if (events.length === 0) return;
  await em.execute(
    `insert into ai_generation.generation_event (generation_id, seq, data)
      select ?::uuid, (event ->> 'seq')::int, event - 'seq' from jsonb_array_elements(?::jsonb) event
      on conflict do nothing`,
    [generationId, JSON.stringify(events)],
  );
}

/** Stored events with a greater seq than `afterSeq`, in order. */
export async function findEvents(
  em: EntityManager,
  generationId: string,
  afterSeq: number,
  limit: number,
): Promise<SequencedEvent[]> {
  const rows = await em.execute<{ seq: number; data: GenerationEventData }[]>(
    `select seq, data from ai_generation.generation_event where generation_id = ? and seq > ? order by seq limit ?`,
    [generationId, afterSeq, limit],
  );
  return rows.map(({ seq, data }) => ({ seq, ...data }));
}

/** All text that watchers have been told so far. */
export async function findText(em: EntityManager, generationId: string): Promise<string> {
  const [row] = await em.execute<{ text: string | null }[]>(
    `select string_agg(data ->> 'text', '' order by seq) as text from ai_generation.generation_event
      where generation_id = ? and data ->> 'type' = 'TokenDelta'`,
    [generationId],
  );
  return row?.text ?? '';
}

export async function findLastSeq(em: EntityManager, generationId: string): Promise<number> {
  const [row] = await em.execute<{ seq: number | null }[]>(
    'select max(seq) as seq from ai_generation.generation_event where generation_id = ?',
    [generationId],
  );
  return row?.seq ?? 0;
}

/**
 * Generations that wait and whose hold runs out soon, each given to one caller: nobody else is given it for `retryMs`, unless
 * `storeHoldExpiry` says when its hold runs out.
 */
export async function takeExpiringHolds(
  em: EntityManager,
  { marginMs, retryMs, limit }: { marginMs: number; retryMs: number; limit: number },
): Promise<{ id: string; userId: string }[]> {
  const rows = await em.execute<{ id: string; user_id: string }[]>(
    `update ai_generation.generation set hold_expires_at = now() + ? * interval '1 millisecond'
      where id in (select id from ai_generation.generation
        where status = 'QUEUED' and hold_expires_at < now() + ? * interval '1 millisecond'
        order by hold_expires_at limit ? for update skip locked)
      returning id, user_id`,
    [marginMs + retryMs, marginMs, limit],
  );
  return rows.map(({ id, user_id }) => ({ id, userId: user_id }));
}

export async function storeHoldExpiry(
  em: EntityManager,
  holds: readonly { readonly generationId: string; readonly expiresAt: Date }[],
): Promise<void> {
  await em.execute(
    `update ai_generation.generation g set hold_expires_at = hold.expires_at
      from jsonb_to_recordset(?::jsonb) as hold (id uuid, expires_at timestamptz) where g.id = hold.id and g.status = 'QUEUED'`,
    [JSON.stringify(holds.map(({ generationId, expiresAt }) => ({ id: generationId, expires_at: expiresAt })))],
  );
}

/** Deletes the events of generations that ended before a time, all but each one's last. @returns how many generations */
export async function deleteEventsOfFinishedBefore(em: EntityManager, before: Date, limit: number): Promise<number> {
  const rows = await em.execute<unknown[]>(
    `with old as (
        update ai_generation.generation set has_all_events = false where id in (
          select id from ai_generation.generation where finished_at < ? and has_all_events
          order by finished_at limit ? for update skip locked)
        returning id),
      last as (select old.id, max(e.seq) as seq from old
        join ai_generation.generation_event e on e.generation_id = old.id group by old.id),
      deleted as (delete from ai_generation.generation_event e using last
        where e.generation_id = last.id and e.seq < last.seq)
      select id from old`,
    [before, limit],
  );
  return rows.length;
}

/** Deletes generations that ended before a time, with their events. @returns how many */
export async function deleteFinishedBefore(em: EntityManager, before: Date, limit: number): Promise<number> {
  const rows = await em.execute<unknown[]>(
    `with old as (
        delete from ai_generation.generation where id in (
          select id from ai_generation.generation where finished_at < ?
          order by finished_at limit ? for update skip locked)
        returning id),
      requests as (delete from ai_generation.generation_request r using old where r.generation_id = old.id)
      select id from old`,
    [before, limit],
  );
  return rows.length;
}
