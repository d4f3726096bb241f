import { Migration } from '@mikro-orm/migrations';

export class CreateAuth20261124 extends Migration {
  override up(): void {
    this.addSql(`create table auth.account (
      id uuid primary key,
      email text not null unique check (email = lower(email)),
      password_hash text not null,
      display_name text not null,
      status text not null check (status in ('PENDING', 'ACTIVE')),
      role text not null check (role in ('USER', 'ADMIN')),
      created_at timestamptz not null,
      activated_at timestamptz
    )`);
    this.addSql(`create index account_pending on auth.account (created_at) where status = 'PENDING'`);
    this.addSql(`create table auth.session (
      id uuid primary key,
      account_id uuid not null references auth.account (id) on delete cascade,
      created_at timestamptz not null,
      last_seen_at timestamptz not null,
      expires_at timestamptz not null,
      revoked_at timestamptz,
      user_agent text,
      ip text
    )`);
    this.addSql('create index session_account on auth.session (account_id)');
    this.addSql('create index session_expires on auth.session (expires_at)');
    this.addSql('create index session_revoked on auth.session (revoked_at) where revoked_at is not null');
    this.addSql(`create table auth.refresh_token (
      id uuid primary key,
      session_id uuid not null references auth.session (id) on delete cascade,
      token_hash text not null unique,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      used_at timestamptz,
      used_by text
    )`);
    this.addSql('create index refresh_token_session on auth.refresh_token (session_id)');
    this.addSql('create index refresh_token_expires on auth.refresh_token (expires_at)');
    this.addSql(`create table auth.api_key (
      id uuid primary key,
      account_id uuid not null references auth.account (id) on delete cascade,
      name text not null,
      prefix text not null,
      secret_hash text not null unique,
      scopes text[] not null,
      token_budget integer check (token_budget > 0),
      created_at timestamptz not null,
      expires_at timestamptz,
      last_used_at timestamptz,
      revoked_at timestamptz
    )`);
    this.addSql('create index api_key_account on auth.api_key (account_id)');
    this.addSql('create index api_key_revoked on auth.api_key (revoked_at) where revoked_at is not null');
    this.addSql(`create table auth.signing_key (
      id text primary key,
      public_jwk jsonb not null,
      private_jwk text not null,
      sealed boolean not null,
      created_at timestamptz not null,
      active_at timestamptz not null
    )`);
  }
}
