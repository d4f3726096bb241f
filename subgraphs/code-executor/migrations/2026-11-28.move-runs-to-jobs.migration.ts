import { Migration } from '@mikro-orm/migrations';

/** What waits and runs goes on in the tables of jobs. Runs keep what became of them, and no longer how they are worked on. */
export class MoveRunsToJobs20261128 extends Migration {
  override up(): void {
    const schema = '"code_executor"';
    this.addSql(`insert into ${schema}."job_lane" ("lane") values ('')`);
    this.addSql(`insert into ${schema}."job_user" ("user_id", "waiting", "running", "active_at")
      select "owner_id", count(*) filter (where "status" = 'QUEUED'), count(*) filter (where "status" = 'RUNNING'), now()
      from ${schema}."execution" where "status" <> 'FINISHED' group by "owner_id" order by min("created_at")`);
    this.addSql(`insert into ${schema}."job_turn"
        ("user_id", "lane", "waiting", "next_ticket", "running", "served", "arrived")
      select "user_id", '', "waiting", "waiting" + 1, "running", "served", "arrived" from ${schema}."job_user"`);
    this.addSql(`insert into ${schema}."job" ("id", "user_id", "lane", "state", "ticket", "epoch", "lease_until")
      select "id", "owner_id", '', case "status" when 'QUEUED' then 'WAITING' else 'RUNNING' end,
        row_number() over (partition by "owner_id", "status" order by "created_at", "id"), "epoch",
        case "status" when 'RUNNING' then coalesce("lease_until", now()) end
      from ${schema}."execution" where "status" <> 'FINISHED'`);
    this.addSql(`update ${schema}."job_capacity" set "used" = (
        select count(*) from ${schema}."job" where "state" = upper("kind")) where "shard" = 0`);
    this.addSql(`alter table ${schema}."execution" drop column "epoch", drop column "lease_until",
      drop column "cancel_requested"`);
    this.addSql(`drop index ${schema}."execution_unfinished"`);
    this.addSql(`create index "execution_finished" on ${schema}."execution" ("finished_at")
      where "status" = 'FINISHED'`);
  }
}
