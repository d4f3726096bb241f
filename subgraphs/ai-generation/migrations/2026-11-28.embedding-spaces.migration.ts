import { Migration } from '@mikro-orm/migrations';

/** Vectors of one model with other dimensions live side by side; each space knows how complete it is and who completes it. */
export class EmbeddingSpaces20261128 extends Migration {
  override up(): void {
    this.addSql(`create table ai_generation.embedding_space (
      model text not null,
      dimensions int not null check (dimensions > 0),
      templates int not null default 0,
      embedded int not null default 0,
      created_at timestamptz not null default now(),
      lease_owner uuid,
      lease_until timestamptz,
      primary key (model, dimensions)
    )`);
    this.addSql(`insert into ai_generation.embedding_space (model, dimensions, templates, embedded)
      select model, dimensions, (select count(*) from ai_generation.template), count(*)
      from ai_generation.template_embedding group by model, dimensions`);
    this.addSql('alter table ai_generation.template_embedding drop constraint template_embedding_pkey');
    this.addSql('alter table ai_generation.template_embedding add primary key (model, dimensions, template_id)');
    this.addSql('drop index ai_generation.template_embedding_filter');
    this.addSql(`create index template_embedding_language on ai_generation.template_embedding
      (model, dimensions, language, framework)`);
    this.addSql(`create index template_embedding_framework on ai_generation.template_embedding
      (model, dimensions, framework)`);
    // For the cascade: the primary key begins with the model.
    this.addSql('create index template_embedding_template on ai_generation.template_embedding (template_id)');
    this.addSql('create index template_language on ai_generation.template (language, framework, id)');
    this.addSql('create index template_framework on ai_generation.template (framework, id)');
    // The vector indexes of before took all dimensions of a model; the service makes those of each space.
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
