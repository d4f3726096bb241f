import { AnswerParser } from '../src/answer/answer.parser.ts';
import { createBlueprintModel } from '../src/models/blueprint.model.ts';
import { TemplateCatalogue } from '../src/templates/template.catalogue.ts';
import { loadTemplates } from '../src/templates/template.files.ts';
import { createModelRequest, describeModel } from './model.contract.ts';

const templates = await loadTemplates();
const model = createBlueprintModel(new TemplateCatalogue(templates));

describeModel('The blueprint', async () => ({ model, async [Symbol.asyncDispose]() {} }));

describe('the blueprint', () => {
  it('answers with every file of each template, whole, and says what it is', async () => {
    for (const template of templates) {
      let text = '';
      const request = createModelRequest({
        prompt: '',
        templates: [{ template: { id: 'any', ...template }, score: 1 }],
        language: template.language,
        maxTokens: 100_000,
      });
      for await (const chunk of model.stream(request)) text += chunk.text;
      expect(text).toContain('without a language model');
      const parser = new AnswerParser({ delimiter: request.delimiter });
      const written = [...parser.push(text), ...parser.end('stop')].filter(({ type }) => type === 'written');
      expect(written).toEqual(template.files.map((file) => ({ type: 'written', ...file, certain: true })));
    }
  });

  async function answer(request: Parameters<typeof createModelRequest>[0]): Promise<string> {
    let text = '';
    for await (const chunk of model.stream(createModelRequest({ maxTokens: 100_000, ...request }))) text += chunk.text;
    return text;
  }
  const [template] = createModelRequest().templates;
  const scored = (score: number) => ({ templates: [{ ...template!, score }] });

  it('says that nothing fits below the measured score, and names the nearest', async () => {
    await expect(answer(scored(0.19))).rejects.toMatchObject({
      code: 'GENERATION_NOTHING_FITS',
      message: expect.stringContaining('Command-line program'),
      details: { leastScore: 0.2, score: 0.19 },
    });
    expect(await answer(scored(0.2))).toContain('Command-line program');
    await expect(answer({ templates: [] })).rejects.toMatchObject({ code: 'GENERATION_NOTHING_FITS' });
  });

  it('does not answer with another language than the project has', async () => {
    await expect(answer({ language: 'rust' })).rejects.toMatchObject({ code: 'GENERATION_NOTHING_FITS' });
    expect(await answer({ language: null })).toContain('Command-line program');
  });

  it('never replaces a file of the project, and says so when it stands beside others', async () => {
    await expect(answer({ existingPaths: ['README.md', 'INDEX.js'] })).rejects.toMatchObject({
      code: 'GENERATION_NOTHING_FITS',
      details: { existing: ['index.js'] },
    });
    expect(await answer({ existingPaths: ['notes.txt'] })).toContain('beside those that the project holds');
  });
});
