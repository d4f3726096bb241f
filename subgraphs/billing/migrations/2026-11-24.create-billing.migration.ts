import { Migration } from '@mikro-orm/migrations';

export class CreateBilling20261124 extends Migration {
  override up(): void {
    this.addSql(`create table billing.plan (
      id text primary key,
      name text not null,
      price_cents integer not null check (price_cents >= 0),
      currency text not null,
      tokens_per_period integer not null check (tokens_per_period > 0),
      rank integer not null unique
    )`);
    this.addSql(`insert into billing.plan (id, name, price_cents, currency, tokens_per_period, rank) values
      ('free', 'Free', 0, 'USD', 500000, 1),
      ('pro', 'Pro', 2000, 'USD', 5000000, 2),
      ('team', 'Team', 8000, 'USD', 25000000, 3)`);
    this.addSql(`create table billing.model_price (
      provider text not null,
      model text not null,
      prompt_micros_per_million bigint not null check (prompt_micros_per_million >= 0),
      completion_micros_per_million bigint not null check (completion_micros_per_million >= 0),
      primary key (provider, model)
    )`);
    this.addSql(`insert into billing.model_price values
      ('*', '*', 200000, 600000),
      ('blueprint', '*', 0, 0),
      ('ollama', '*', 50000, 100000),
      ('openai', 'gpt-4o', 2500000, 10000000),
      ('openai', 'gpt-4o-mini', 150000, 600000)`);
    this.addSql(`create table billing.account (
      user_id uuid primary key,
      plan_id text not null references billing.plan (id),
      created_at timestamptz not null,
      period_start timestamptz not null,
      period_end timestamptz not null,
      used_tokens bigint not null check (used_tokens >= 0),
      spent_micros bigint not null check (spent_micros >= 0),
      spend_cap_cents integer check (spend_cap_cents >= 0),
      announced_refusal text
    )`);
    this.addSql(`create table billing.hold (
      id uuid primary key,
      generation_id uuid not null unique,
      user_id uuid not null references billing.account (user_id),
      provider text not null,
      model text not null,
      prompt_tokens integer not null check (prompt_tokens >= 0),
      max_tokens integer not null check (max_tokens >= 0),
      cost_micros bigint not null check (cost_micros >= 0),
      status text not null check (status in ('ACTIVE', 'SETTLED', 'RELEASED', 'EXPIRED')),
      created_at timestamptz not null,
      expires_at timestamptz not null,
      closed_at timestamptz,
      check ((status = 'ACTIVE') = (closed_at is null))
    )`);
    this.addSql(`create index hold_active_by_user on billing.hold (user_id) where status = 'ACTIVE'`);
    this.addSql(`create index hold_active_by_expiry on billing.hold (expires_at) where status = 'ACTIVE'`);
    this.addSql(`create table billing.usage (
      generation_id uuid primary key,
      user_id uuid not null,
      project_id uuid not null,
      provider text not null,
      model text not null,
      status text not null,
      chargeable boolean not null,
      prompt_tokens integer not null check (prompt_tokens >= 0),
      completion_tokens integer not null check (completion_tokens >= 0),
      cost_micros bigint not null check (cost_micros >= 0),
      occurred_at timestamptz not null
    )`);
    this.addSql('create index usage_by_user on billing.usage (user_id, occurred_at)');
  }
}
