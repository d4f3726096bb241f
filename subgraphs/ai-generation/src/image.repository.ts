import type { EntityManager } from '@mikro-orm/postgresql';
import type { ModelImage } from './models/model.ts';

/** Keeps the images of a request. The database removes them when the answer is whole or the generation has ended. */
export async function insertImages(
  em: EntityManager,
  generationId: string,
  images: readonly ModelImage[],
): Promise<void> {
  if (images.length === 0) return;
  await em.execute(
    `insert into ai_generation.generation_image (generation_id, position, type, base64)
      select ?::uuid, position, image ->> 'type', image ->> 'base64'
      from jsonb_array_elements(?::jsonb) with ordinality as images (image, position)`,
    [generationId, JSON.stringify(images)],
  );
}

/** In the order of the request. */
export async function findImages(em: EntityManager, generationId: string): Promise<ModelImage[]> {
  return em.execute<ModelImage[]>(
    'select type, base64 from ai_generation.generation_image where generation_id = ? order by position',
    [generationId],
  );
}
