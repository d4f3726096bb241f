import { openDatabase } from '@vibecode/platform/database';
import { UnavailableError } from '@vibecode/platform/errors';
import { startTestDatabase } from '@vibecode/platform/testing/database';
import { database } from '../src/database.ts';
import { GREETING, startGenerationTest } from './generation.fixture.ts';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').toString('base64');
const JPEG = Buffer.from('ffd8ffe000104a464946', 'hex').toString('base64');
const models = ['scripted', 'seeing'];
const images = [`data:image/png;base64,${PNG}`, `data:image/jpeg;base64,${JPEG}`];

describe('images', () => {
  it('reach a model that sees, in order, are held for, and are kept only until it has answered', async () => {
    await using postgres = await startTestDatabase();
    const gate = Promise.withResolvers<void>();
    await using test = await startGenerationTest(() => [GREETING[0]!, gate.promise, ...GREETING.slice(1)], {
      models,
      databaseUrl: postgres.url,
    });
    const orm = await openDatabase({ ...database, url: postgres.url });
    const countImages = async () => {
      const [row] = await orm.em
        .fork()
        .execute<{ count: number }[]>('select count(*)::int as count from ai_generation.generation_image');
      return row!.count;
    };
    const refused = () => new UnavailableError('SERVICE_UNAVAILABLE', 'billing does not answer.');
    // The hold stays as it was placed.
    test.neighbours.failures.set('holds/shrink', [refused(), refused()]);
    const ann = await test.signUp();
    const { id } = (await ann.start({ model: 'seeing', images, review: true })).data.startGeneration;
    const blind = (await ann.start()).data.startGeneration.id;
    expect(test.neighbours.holds.get(id)!.promptTokens - test.neighbours.holds.get(blind)!.promptTokens).toBe(2_000);
    expect(await countImages()).toBe(2);
    gate.resolve();
    for await (const { data } of test.subscribe(
      'subscription($id: ID!) { generationEvents(id: $id) { ... on StatusChanged { status } } }',
      { id },
      ann.token,
    )) {
      if ((data!.generationEvents as { status?: string }).status === 'REVIEW') break;
    }
    const { messages } = test.ollama.requests.find(({ model }) => model === 'seeing')!;
    expect(messages.map((message) => message.images)).toEqual([undefined, [PNG, JPEG]]);
    expect(await countImages()).toBe(0);
    await orm.close(true);
  });

  it('are refused at the door where the model does not see them, or they are none', async () => {
    await using test = await startGenerationTest(() => GREETING, { models });
    const ann = await test.signUp();
    const refusal = async (input: Record<string, unknown>) => (await ann.start(input)).errors[0];
    expect((await refusal({ images })).extensions).toMatchObject({
      code: 'GENERATION_IMAGES_UNSUPPORTED',
      model: 'scripted',
      known: ['seeing'],
    });
    const model = 'seeing';
    for (const wrong of [
      'https://example.com/a.png',
      'data:image/svg+xml;base64,PHN2Zz4=',
      'data:constructor;base64,AAAA',
      `data:image/png,${PNG}`,
      `data:image/png;base64,${JPEG}`,
      `data:image/png;base64,${PNG}!`,
      `data:image/png;base64,${PNG.slice(0, 12)}${'A'.repeat(1_400_000)}`,
    ]) {
      const error = await refusal({ model, images: [wrong] });
      expect([wrong.slice(0, 60), error.extensions.code]).toEqual([wrong.slice(0, 60), 'INVALID_INPUT']);
    }
    const many = Array.from({ length: 5 }, () => images[0]);
    expect((await refusal({ model, images: many })).message).toContain('at most 4 images');
    const half = `data:image/png;base64,${PNG.slice(0, 12)}${'A'.repeat(800_000)}`;
    expect((await refusal({ model, images: [half, half] })).message).toContain('1048576 bytes together');
    expect(test.neighbours.holds.size).toBe(0);
  });
});
