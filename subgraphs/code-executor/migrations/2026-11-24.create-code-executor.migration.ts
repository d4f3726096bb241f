import { Migration } from '@mikro-orm/migrations';

export class CreateCodeExecutor20261124 extends Migration {
  override up(): void {
    this.addSql('create schema if not exists "code_executor"');
    this.addSql(`create table "code_executor"."execution" (
      "id" uuid primary key,
      "owner_id" uuid not null,
      "project_id" uuid,
      "version_number" int,
      "version_id" text,
      "runtime_id" text not null,
      "sandbox" text not null,
      "status" text not null check ("status" in ('QUEUED', 'RUNNING', 'FINISHED')),
      "outcome" text check (("outcome" is not null) = ("status" = 'FINISHED')),
      "exit_code" int,
      "signal" text,
      "output" jsonb not null,
      "truncated" boolean not null,
      "duration_ms" int,
      "memory_peak_bytes" int,
      "program" jsonb,
      "cancel_requested" boolean not null,
      "epoch" int not null,
      "lease_until" timestamptz,
      "created_at" timestamptz not null,
      "started_at" timestamptz,
      "finished_at" timestamptz)`);
    this.addSql(
      `create index "execution_unfinished" on "code_executor"."execution" ("status", "owner_id") where "status" <> 'FINISHED'`,
    );
    this.addSql(`create index "execution_owner" on "code_executor"."execution" ("owner_id", "started_at")`);
    this.addSql(
      `create index "execution_version" on "code_executor"."execution" ("version_id", "created_at") where "version_id" is not null`,
    );
  }
}
