import { Migration } from '@mikro-orm/migrations';
import type { MigrationClass } from '../database.ts';
import { type ServiceName, toDatabaseSchema } from '../services.ts';

/** Rows over which a count is spread, so that those who change it at once do not wait for each other. */
export const CAPACITY_SHARDS = 16;

/** Names of a service's tables, quoted. */
export interface JobTables {
  readonly job: string;
  /** One row for each user: locked by whoever changes the user's jobs. */
  readonly user: string;
  /** One row for each user and lane: whose turn it is, in one index. */
  readonly turn: string;
  readonly lane: string;
  readonly capacity: string;
  /** Grows with each claim: who was served last. */
  readonly served: string;
}

export function toJobTables(service: ServiceName): JobTables {
  const schema = toDatabaseSchema(service);
  const [job, user, turn, lane, capacity, served] = ['', '_user', '_turn', '_lane', '_capacity', '_served'].map(
    (suffix) => `"${schema}"."job${suffix}"`,
  ) as [string, string, string, string, string, string];
  return { job, user, turn, lane, capacity, served };
}

/** The migration that makes a service's tables of jobs, in its own schema. */
export function jobsMigration(service: ServiceName): MigrationClass {
  const { job, user, turn, lane, capacity, served } = toJobTables(service);
  return class CreateJobs extends Migration {
    override up(): void {
      this.addSql(`create schema if not exists "${toDatabaseSchema(service)}"`);
      this.addSql(`create table ${job} (
        "id" uuid primary key,
        "user_id" uuid not null,
        "lane" text not null,
        "state" text not null check ("state" in ('WAITING', 'RUNNING', 'ENDED', 'PARKED')),
        "ticket" bigint not null,
        "epoch" int not null default 0,
        "lease_until" timestamptz check ("state" = 'PARKED' or ("lease_until" is null) = ("state" = 'WAITING')),
        "cancel_requested" boolean not null default false)`);
      this.addSql(`create index "job_waiting" on ${job} ("user_id", "lane", "ticket") where "state" = 'WAITING'`);
      this.addSql(`create index "job_leased" on ${job} ("lease_until") where "state" <> 'WAITING'`);
      this.addSql(`create sequence ${served}`);
      this.addSql(`create table ${user} (
        "user_id" uuid primary key,
        "arrived" bigint generated always as identity,
        "waiting" int not null default 0 check ("waiting" >= 0),
        "running" int not null default 0 check ("running" >= 0),
        "served" bigint not null default 0,
        "active_at" timestamptz not null)`);
      // running, served and arrived are those of job_user, repeated for the index.
      this.addSql(`create table ${turn} (
        "user_id" uuid,
        "lane" text,
        "waiting" int not null check ("waiting" >= 0),
        "next_ticket" bigint not null,
        "running" int not null,
        "served" bigint not null,
        "arrived" bigint not null,
        "lane_served" bigint not null default 0,
        primary key ("user_id", "lane"))`);
      this.addSql(
        `create index "job_turn_next" on ${turn} ("lane", "running", "served", "arrived") where "waiting" > 0`,
      );
      this.addSql(`create table ${lane} ("lane" text primary key, "closed_until" timestamptz)`);
      this.addSql(`create table ${capacity} (
        "kind" text check ("kind" in ('waiting', 'running')), "shard" smallint, "used" int not null,
        primary key ("kind", "shard"))`);
      this.addSql(`insert into ${capacity} select kind, shard, 0
        from unnest(array['waiting', 'running']) kind, generate_series(0, ${CAPACITY_SHARDS - 1}) shard`);
    }
  };
}
