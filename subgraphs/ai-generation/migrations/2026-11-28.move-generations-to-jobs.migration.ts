import { Migration } from '@mikro-orm/migrations';

/**
 * What waits and runs goes on in the tables of jobs, with its model as the lane. Generations keep what became of them, and no
 * longer how they are worked on.
 */
export class MoveGenerationsToJobs20261128 extends Migration {
  override up(): void {
    const schema = '"ai_generation"';
    // One that had been taken from the queue, and not begun, has a lease already.
    const waits = `"status" = 'QUEUED' and "lease_until" is null`;
    this.addSql(`insert into ${schema}."job_lane" ("lane")
      select distinct "model" from ${schema}."generation" where "finished_at" is null`);
    this.addSql(`insert into ${schema}."job_user" ("user_id", "waiting", "running", "active_at")
      select "user_id", count(*) filter (where ${waits}), count(*) filter (where not (${waits})), now()
      from ${schema}."generation" where "finished_at" is null group by "user_id" order by min("created_at")`);
    this.addSql(`insert into ${schema}."job_turn"
        ("user_id", "lane", "waiting", "next_ticket", "running", "served", "arrived")
      select "user_id", "model", count(*) filter (where ${waits}), 1 + count(*) filter (where ${waits}),
        "job_user"."running", "served", "arrived"
      from ${schema}."generation" join ${schema}."job_user" using ("user_id")
      where "finished_at" is null group by "user_id", "model", "job_user"."running", "served", "arrived"`);
    this.addSql(`insert into ${schema}."job"
        ("id", "user_id", "lane", "state", "ticket", "epoch", "lease_until", "cancel_requested")
      select "id", "user_id", "model", case when ${waits} then 'WAITING' else 'RUNNING' end,
        row_number() over (partition by "user_id", "model", ${waits} order by "created_at", "id"), "lease_epoch",
        case when not (${waits}) then coalesce("lease_until", now()) end, "cancel_requested_at" is not null
      from ${schema}."generation" where "finished_at" is null`);
    // Their watchers have not been told yet.
    this.addSql(`insert into ${schema}."job" ("id", "user_id", "lane", "state", "ticket", "epoch", "lease_until")
      select "id", "user_id", "model", 'ENDED', 0, "lease_epoch", now()
      from ${schema}."generation" where "finished_at" is not null and "stream_sealed_at" is null`);
    this.addSql(`update ${schema}."job_capacity" set "used" = (
        select count(*) from ${schema}."job" where "state" = upper("kind")) where "shard" = 0`);
    for (const index of ['generation_served', 'generation_open', 'generation_unsealed'])
      this.addSql(`drop index ${schema}."${index}"`);
    this.addSql(`alter table ${schema}."generation" drop column "lease_owner", drop column "lease_epoch",
      drop column "lease_until", drop column "cancel_requested_at", drop column "started_at",
      drop column "stream_sealed_at", add column "model_faults" int not null default 0`);
    this.addSql(`create index "generation_waiting_hold" on ${schema}."generation" ("hold_expires_at")
      where "status" = 'QUEUED'`);
    this.addSql(`create index "generation_finished" on ${schema}."generation" ("finished_at")
      where "finished_at" is not null`);
    this.addSql(`alter table ${schema}."generation" add column "has_all_events" boolean not null default true`);
    this.addSql(`create index "generation_with_events" on ${schema}."generation" ("finished_at")
      where "finished_at" is not null and "has_all_events"`);
  }
}
