import { Migration } from '@mikro-orm/migrations';

/**
 * Templates of users stand in the same tables. Every index that the search of all uses leaves them out, so that it stays as small and as
 * quick as before; a user's own are few, and are compared one by one.
 */
export class OwnTemplates20261128 extends Migration {
  override up(): void {
    this.addSql('alter table ai_generation.template add column owner_id uuid, alter column slug drop not null');
    this.addSql(`alter table ai_generation.template
      add constraint template_slug_or_owner check ((slug is null) = (owner_id is not null))`);
    this.addSql('alter table ai_generation.template_embedding add column owner_id uuid');
    // The same content again is the same template.
    this.addSql(`create unique index template_own on ai_generation.template (owner_id, content_sha256)
      where owner_id is not null`);
    this.addSql('drop index ai_generation.template_search');
    this.addSql(`create index template_search on ai_generation.template using gin (document_search)
      where owner_id is null`);
    this.addSql('create index template_shared on ai_generation.template (id) where owner_id is null');
    for (const [table, name, columns] of [
      ['template', 'template_language', 'language, framework, id'],
      ['template', 'template_framework', 'framework, id'],
      ['template_embedding', 'template_embedding_language', 'model, dimensions, language, framework'],
      ['template_embedding', 'template_embedding_framework', 'model, dimensions, framework'],
    ]) {
      this.addSql(`drop index ai_generation.${name}`);
      this.addSql(`create index ${name} on ai_generation.${table} (${columns}) where owner_id is null`);
    }
    // The service makes the vector indexes of each space anew, without users' own templates.
    this.addSql(`do $$
      declare name text;
      begin
        for name in select indexname from pg_indexes where schemaname = 'ai_generation'
          and tablename = 'template_embedding' and indexdef like '%USING hnsw%'
        loop
          execute format('drop index ai_generation.%I', name);
        end loop;
      end $$`);
  }
}
