import { Migration } from '@mikro-orm/migrations';

export class CreateAiGeneration20261124 extends Migration {
  override up(): void {
    this.addSql('create extension if not exists vector');
    this.createTemplates();
    this.createGenerations();
  }

  private createTemplates(): void {
    this.addSql(`create table ai_generation.template (
      id uuid primary key,
      slug text not null unique,
      title text not null,
      description text not null,
      language text not null,
      framework text,
      tags text[] not null,
      files jsonb not null,
      content_sha256 text not null,
      document text not null,
      document_search tsvector generated always as (to_tsvector('english', document)) stored
    )`);
    this.addSql('create index template_search on ai_generation.template using gin (document_search)');
    // One row a template and embedder, so that models with other dimensions live side by side. Language and framework stand
    // here again, because a filter in another table could only be applied after the index scan.
    this.addSql(`create table ai_generation.template_embedding (
      template_id uuid not null references ai_generation.template (id) on delete cascade,
      model text not null,
      dimensions int not null check (dimensions = vector_dims(embedding)),
      content_sha256 text not null,
      language text not null,
      framework text,
      embedding vector not null,
      primary key (model, template_id)
    )`);
    this.addSql(
      'create index template_embedding_filter on ai_generation.template_embedding (model, language, framework)',
    );
  }

  private createGenerations(): void {
    // Ids are promised before the hold is placed, so that two starts with one clientRequestId ask billing for one hold.
    this.addSql(`create table ai_generation.generation_request (
      user_id uuid not null,
      client_request_id text not null,
      generation_id uuid not null unique,
      created_at timestamptz not null default now(),
      primary key (user_id, client_request_id)
    )`);
    this.addSql(`create table ai_generation.generation (
      id uuid primary key,
      user_id uuid not null,
      project_id uuid not null,
      parent_id uuid,
      prompt text not null,
      language text,
      framework text,
      model text not null,
      provider text not null,
      max_tokens int not null check (max_tokens > 0),
      status text not null
        check (status in ('QUEUED', 'RETRIEVING', 'STREAMING', 'APPLYING', 'COMPLETED', 'FAILED', 'CANCELLED')),
      text text not null default '',
      prompt_sha256 text,
      templates jsonb not null default '[]',
      prompt_tokens int not null default 0,
      completion_tokens int not null default 0,
      version_id text,
      version_number int,
      error_code text,
      error_message text,
      hold_expires_at timestamptz not null,
      cancel_requested_at timestamptz,
      created_at timestamptz not null,
      started_at timestamptz,
      first_token_at timestamptz,
      finished_at timestamptz,
      lease_owner text,
      lease_epoch int not null default 0,
      lease_until timestamptz,
      stream_sealed_at timestamptz
    )`);
    this.addSql('create index generation_user on ai_generation.generation (user_id, id desc)');
    this.addSql('create index generation_project on ai_generation.generation (project_id, user_id, id desc)');
    this.addSql('create index generation_served on ai_generation.generation (user_id, started_at desc)');
    this.addSql(`create index generation_open on ai_generation.generation (status, created_at)
      where status in ('QUEUED', 'RETRIEVING', 'STREAMING', 'APPLYING')`);
    this.addSql(`create index generation_unsealed on ai_generation.generation (id)
      where stream_sealed_at is null and finished_at is not null`);
    this.addSql(`create table ai_generation.generation_event (
      generation_id uuid not null references ai_generation.generation (id) on delete cascade,
      seq int not null check (seq > 0),
      data jsonb not null,
      primary key (generation_id, seq)
    )`);
  }
}
