import { LockMode, raw } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { InvalidInputError } from '@vibecode/platform/errors';
import { isUuid } from '@vibecode/platform/id';
import { Generation } from './generation.entity.ts';
import type { GenerationEventData, SequencedEvent } from './generation.events.ts';
import { GenerationStatus } from './generation.status.ts';

/** The right to work on a generation. Each new holder's epoch is one more than the last's. */
export interface Lease {
  readonly generationId: string;
  readonly epoch: number;
}

/** Another worker has taken the generation over: stop, and write nothing. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
  constructor({ generationId, epoch }: Lease) {
    super(`The lease ${epoch} of the generation ${generationId} is over.`);
  }
}

/**
 * Who is next. Users take turns: who has least in work and waiting before it goes first, then who was served longest ago.
 * `turn` counts a user's own running and waiting generations up to this one.
 */
const WAITING = `select g.id, g.lease_epoch, g.model, g.created_at, g.cancel_requested_at,
    row_number() over (partition by g.user_id order by g.created_at, g.id)
      + (select count(*) from ai_generation.generation r
          where r.user_id = g.user_id and r.finished_at is null and r.lease_until > now()
            and r.status in ('QUEUED', 'RETRIEVING', 'STREAMING', 'APPLYING')) as turn,
    (select max(s.started_at) from ai_generation.generation s where s.user_id = g.user_id) as served_at
  from ai_generation.generation g
  where g.status = 'QUEUED' and (g.lease_until is null or g.lease_until < now())`;
const ORDER = 'turn, served_at nulls first, created_at, id';

export interface Claim {
  readonly lease: Lease;
  readonly model: string;
}

/**
 * Takes the lease of the next generation: first those whose worker has died and those that were cancelled while they waited,
 * which need no slot; then by turn, among the models that have one.
 */
export async function claimNext(
  em: EntityManager,
  { owner, busyModels, leaseMs }: { owner: string; busyModels: readonly string[]; leaseMs: number },
): Promise<Claim | null> {
  const rows = await em.execute<{ id: string; lease_epoch: number; model: string }[]>(
    `with waiting as (${WAITING}), next as (
      (select id, lease_epoch, 1 as priority from ai_generation.generation
        where status in ('RETRIEVING', 'STREAMING', 'APPLYING') and lease_until < now() order by lease_until limit 1)
      union all
      (select id, lease_epoch, 2 from waiting where cancel_requested_at is not null limit 1)
      union all
      (select id, lease_epoch, 3 from waiting where model not in (select jsonb_array_elements_text(?::jsonb))
        order by ${ORDER} limit 1)
      order by priority limit 1)
    update ai_generation.generation g set lease_owner = ?, lease_epoch = g.lease_epoch + 1,
      lease_until = now() + ? * interval '1 millisecond', started_at = coalesce(g.started_at, now())
    from next where g.id = next.id and g.lease_epoch = next.lease_epoch
    returning g.id, g.lease_epoch, g.model`,
    [JSON.stringify(busyModels), owner, leaseMs],
  );
  const [row] = rows;
  return row ? { lease: { generationId: row.id, epoch: row.lease_epoch }, model: row.model } : null;
}

/**
 * Keeps a lease, and stores events on the way.
 *
 * @returns whether the user has asked to cancel meanwhile
 * @throws LeaseLostError
 */
export async function renewLease(
  em: EntityManager,
  lease: Lease,
  leaseMs: number,
  events: readonly SequencedEvent[],
): Promise<{ cancelRequested: boolean }> {
  return em.transactional(async (transaction) => {
    const rows = await transaction.execute<{ cancel_requested: boolean }[]>(
      `update ai_generation.generation set lease_until = now() + ? * interval '1 millisecond'
        where id = ? and lease_epoch = ? and finished_at is null
        returning cancel_requested_at is not null as cancel_requested`,
      [leaseMs, lease.generationId, lease.epoch],
    );
    if (!rows[0]) throw new LeaseLostError(lease);
    await insertEvents(transaction, lease.generationId, events);
    return { cancelRequested: rows[0].cancel_requested };
  });
}

/** Ends the leases of an owner that is gone for certain, so that nobody waits for them to run out. */
export async function expireLeases(em: EntityManager): Promise<void> {
  await em.execute(`update ai_generation.generation set lease_until = now() - interval '1 millisecond'
    where lease_until > now()`);
}

/** @throws LeaseLostError */
export async function getLeased(em: EntityManager, lease: Lease): Promise<Generation> {
  const generation = await em.findOne(
    Generation,
    { id: lease.generationId, leaseEpoch: lease.epoch },
    em.isInTransaction() ? { lockMode: LockMode.PESSIMISTIC_WRITE } : {},
  );
  if (!generation) throw new LeaseLostError(lease);
  return generation;
}

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

/** All that wait, in no order. */
export async function findQueued(em: EntityManager): Promise<Generation[]> {
  return em.find(Generation, { status: GenerationStatus.QUEUED });
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

/** How many wait, in all and of the user. Held until the transaction ends, so that no two starts pass the limit together. */
export async function countWaiting(em: EntityManager, userId: string): Promise<{ all: number; ofUser: number }> {
  await em.execute(`select pg_advisory_xact_lock(hashtext('ai_generation.queue'))`);
  const rows = await em.execute<{ all: number; of_user: number }[]>(
    `select count(*)::int as all, (count(*) filter (where user_id = ?))::int as of_user
      from ai_generation.generation where status = 'QUEUED'`,
    [userId],
  );
  return { all: rows[0]!.all, ofUser: rows[0]!.of_user };
}

/** Places in the queue, 1 for the next; of those that wait. */
export async function findQueuePositions(em: EntityManager, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await em.execute<{ id: string; position: number }[]>(
    `select id, position from (select id, (row_number() over (order by ${ORDER}))::int as position from (${WAITING}) waiting) queue
      where id in (select jsonb_array_elements_text(?::jsonb)::uuid)`,
    [JSON.stringify(ids)],
  );
  return new Map(rows.map(({ id, position }) => [id, position]));
}

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

/** Generations that have ended while their stream may not say so yet, and whose worker's time is over. */
export async function findUnsealed(em: EntityManager): Promise<Generation[]> {
  return em.find(
    Generation,
    { finishedAt: { $ne: null }, streamSealedAt: null, leaseUntil: { $lt: raw('now()') } },
    { limit: 100, orderBy: { id: 'asc' } },
  );
}

export async function markSealed(em: EntityManager, generationId: string): Promise<void> {
  await em.execute('update ai_generation.generation set stream_sealed_at = now() where id = ?', [generationId]);
}

/**
 * Generations that wait and whose hold runs out soon, each given to one caller: it counts as renewed for `holdMs`, so that no other
 * instance asks billing too.
 */
export async function takeExpiringHolds(
  em: EntityManager,
  { marginMs, holdMs }: { marginMs: number; holdMs: number },
): Promise<{ id: string; userId: string }[]> {
  const rows = await em.execute<{ id: string; user_id: string }[]>(
    `update ai_generation.generation set hold_expires_at = now() + ? * interval '1 millisecond'
      where id in (select id from ai_generation.generation
        where status = 'QUEUED' and hold_expires_at < now() + ? * interval '1 millisecond' limit 100 for update skip locked)
      returning id, user_id`,
    [holdMs, marginMs],
  );
  return rows.map(({ id, user_id }) => ({ id, userId: user_id }));
}

/** @returns false when it has ended already */
export async function requestCancel(em: EntityManager, generationId: string): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    `update ai_generation.generation set cancel_requested_at = coalesce(cancel_requested_at, now())
      where id = ? and finished_at is null returning id`,
    [generationId],
  );
  return rows.length > 0;
}
