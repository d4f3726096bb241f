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
        maxTokens: 100_000,
      });
      for await (const chunk of model.stream(request)) text += chunk.text;
      expect(text).toContain('without a language model');
      const parser = new AnswerParser({ delimiter: request.delimiter });
      const written = [...parser.push(text), ...parser.end('stop')].filter(({ type }) => type === 'written');
      expect(written).toEqual(template.files.map((file) => ({ type: 'written', ...file, certain: true })));
    }
  });
});
