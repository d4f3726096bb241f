import { DONE, delta, file, HI, type RecordedCase, sse } from './case.ts';

const DOCUMENT = file('index.js', HI);
const written = { files: { 'index.js': HI } };
const unavailable = 'GENERATION_MODEL_UNAVAILABLE';
const finish = (finish_reason: string, more: object = {}) =>
  sse({ choices: [{ index: 0, delta: {}, finish_reason }], ...more });
const pretty = (value: unknown) => JSON.stringify(value, null, 2);
const bytes = new TextEncoder().encode(delta(file('a.txt', 'Grüße 🌍\n'), 'stop'));

/** How servers of the chat completions API differ. */
export const serverCases: readonly RecordedCase[] = [
  // ---- chunks
  {
    name: 'openai-role-chunk-first',
    sends: {
      raw: [
        sse({ choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }], usage: null }),
        delta(DOCUMENT),
        finish('stop', { usage: null }),
        sse({ choices: [], usage: { prompt_tokens: 20, completion_tokens: 9, total_tokens: 29 } }),
        DONE,
      ],
    },
    expected: { ...written, promptTokens: 20, completionTokens: 9 },
  },
  {
    name: 'azure-filter-results-first',
    sends: {
      raw: [sse({ choices: [], prompt_filter_results: [{ prompt_index: 0 }] }), delta(DOCUMENT, 'stop'), DONE],
    },
    expected: written,
  },
  {
    name: 'chunk-without-delta',
    sends: { raw: [delta(DOCUMENT), sse({ choices: [{ index: 0, finish_reason: 'stop' }] }), DONE] },
    expected: written,
  },
  {
    name: 'chunk-with-null-delta',
    sends: { raw: [sse({ choices: [{ index: 0, delta: null }] }), delta(DOCUMENT, 'stop'), DONE] },
    expected: written,
  },
  {
    name: 'chunk-with-null-content',
    sends: { deltas: [{ role: 'assistant', content: null }, DOCUMENT] },
    expected: written,
  },
  {
    name: 'choices-as-empty-objects',
    sends: { raw: [sse({ choices: [{}] }), delta(DOCUMENT, 'stop'), DONE] },
    expected: written,
  },
  {
    name: 'content-as-parts',
    sends: {
      deltas: [
        { content: [{ type: 'thinking', thinking: [{ type: 'text', text: '<file path="x.js">\nno\n</file>' }] }] },
        { content: [{ type: 'text', text: DOCUMENT }] },
      ],
    },
    expected: written,
  },
  {
    name: 'completion-text-in-place-of-delta',
    sends: { raw: [sse({ choices: [{ index: 0, text: DOCUMENT, finish_reason: 'stop' }] }), DONE] },
    expected: written,
  },
  {
    name: 'message-in-place-of-delta',
    sends: {
      raw: [sse({ choices: [{ message: { role: 'assistant', content: DOCUMENT }, finish_reason: 'stop' }] }), DONE],
    },
    expected: written,
  },
  {
    name: 'whole-answer-not-streamed',
    sends: {
      contentType: 'application/json',
      raw: [
        JSON.stringify({
          object: 'chat.completion',
          choices: [{ index: 0, message: { role: 'assistant', content: DOCUMENT }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 7, completion_tokens: 11 },
        }),
      ],
    },
    expected: { ...written, promptTokens: 7, completionTokens: 11 },
  },
  {
    name: 'whole-answer-pretty-printed',
    sends: {
      contentType: 'application/json',
      raw: [pretty({ choices: [{ message: { content: DOCUMENT }, finish_reason: 'stop' }] })],
    },
    expected: written,
  },
  {
    name: 'json-lines-without-frames',
    sends: {
      contentType: 'application/x-ndjson',
      raw: [
        `${JSON.stringify({ choices: [{ delta: { content: DOCUMENT } }] })}\n`,
        `${JSON.stringify({ choices: [{ delta: {}, finish_reason: 'stop' }] })}\n`,
      ],
    },
    expected: written,
  },
  // ---- frames
  {
    name: 'frames-with-carriage-returns',
    sends: { raw: [delta(DOCUMENT, 'stop').replaceAll('\n', '\r\n'), DONE.replaceAll('\n', '\r\n')] },
    expected: written,
  },
  {
    name: 'frames-without-a-space',
    sends: { raw: [delta(DOCUMENT, 'stop').replace('data: ', 'data:'), 'data:[DONE]\n\n'] },
    expected: written,
  },
  {
    name: 'frames-with-ids-and-retry',
    sends: { raw: [`retry: 100\nid: 1\nevent: message\n${delta(DOCUMENT, 'stop')}`, DONE] },
    expected: written,
  },
  {
    name: 'frames-cut-anywhere',
    sends: { raw: [...`${delta(DOCUMENT, 'stop')}${DONE}`] },
    expected: written,
  },
  {
    name: 'characters-cut-between-bytes',
    sends: { raw: [...Array.from(bytes, (_, index) => bytes.subarray(index, index + 1)), DONE] },
    expected: { files: { 'a.txt': 'Grüße 🌍\n' } },
  },
  {
    name: 'last-frame-without-blank-line',
    sends: { raw: [delta(DOCUMENT, 'stop'), 'data: [DONE]'] },
    expected: written,
  },
  {
    name: 'several-frames-in-a-piece',
    sends: { raw: [`${delta('<file path="index.js">\n')}${delta(HI)}${delta('</file>\n', 'stop')}${DONE}`] },
    expected: written,
  },
  {
    name: 'comments-keep-the-connection-open',
    sends: { raw: [': OPENROUTER PROCESSING\n\n', ': OPENROUTER PROCESSING\n\n', delta(DOCUMENT, 'stop'), DONE] },
    expected: written,
  },
  {
    name: 'comments-without-blank-lines',
    sends: { raw: [': ping\n', delta(DOCUMENT, 'stop'), ':\n', DONE] },
    expected: written,
  },
  // ---- surrogates
  {
    name: 'surrogate-alone',
    sends: {
      raw: [
        'data: {"choices":[{"index":0,"delta":{"content":"<file path=\\"a.txt\\">\\nx\\ud83c"}}]}\n\n',
        delta('y\n</file>\n', 'stop'),
        DONE,
      ],
    },
    expected: { files: { 'a.txt': 'x\ufffdy\n' } },
  },
  {
    name: 'surrogate-at-the-end',
    sends: {
      raw: [
        delta(DOCUMENT),
        'data: {"choices":[{"index":0,"delta":{"content":"Bye \\ud83c"},"finish_reason":"stop"}]}\n\n',
        DONE,
      ],
    },
    expected: written,
  },
  { name: 'nul-characters', sends: { deltas: [file('index.js', `\0${HI}`)] }, expected: written },
  // ---- thoughts beside the answer
  {
    name: 'reasoning-content-before',
    sends: { deltas: [{ reasoning_content: 'hmm ' }, { reasoning_content: '<file path="x.js">\n' }, DOCUMENT] },
    expected: written,
  },
  {
    name: 'reasoning-before',
    sends: { deltas: [{ reasoning: 'Let me think.', content: '' }, DOCUMENT] },
    expected: written,
  },
  { name: 'thinking-before', sends: { deltas: [{ thinking: 'Let me think.' }, DOCUMENT] }, expected: written },
  {
    name: 'only-reasoning',
    sends: { deltas: [{ reasoning_content: 'I have nothing to say.' }] },
    expected: { code: 'GENERATION_NO_FILES' },
  },
  // ---- usage
  { name: 'usage-never', sends: { deltas: [DOCUMENT], usage: null }, expected: { ...written, completionTokens: 13 } },
  {
    name: 'usage-in-every-chunk',
    sends: {
      raw: ['<file path="index.js">\n', HI, '</file>\n'].map((content, index) =>
        sse({
          choices: [{ index: 0, delta: { content }, finish_reason: index === 2 ? 'stop' : null }],
          usage: { prompt_tokens: 10, completion_tokens: 5 * (index + 1) },
        }),
      ),
    },
    expected: { ...written, promptTokens: 10, completionTokens: 15 },
  },
  {
    name: 'usage-null',
    sends: { raw: [sse({ choices: [{ delta: { content: DOCUMENT }, finish_reason: 'stop' }], usage: null }), DONE] },
    expected: written,
  },
  {
    name: 'usage-as-text',
    sends: { deltas: [DOCUMENT], usage: { prompt_tokens: '100', completion_tokens: 'many' } },
    expected: { ...written, completionTokens: 13 },
  },
  {
    name: 'usage-fractional',
    sends: { deltas: [DOCUMENT], usage: { prompt_tokens: 1.5, completion_tokens: 2.5 } },
    expected: { ...written, completionTokens: 13 },
  },
  {
    name: 'usage-one-sided',
    sends: { deltas: [DOCUMENT], usage: { prompt_tokens: 100, completion_tokens: 0 } },
    expected: { ...written, promptTokens: 100, completionTokens: 13 },
  },
  {
    name: 'usage-beyond-the-hold',
    maxTokens: 64,
    sends: { deltas: [DOCUMENT], usage: { prompt_tokens: 10_000_000, completion_tokens: 10_000_000 } },
    expected: { ...written, completionTokens: 64 },
  },
  // ---- ends
  { name: 'finish-eos', sends: { deltas: [DOCUMENT], finish: 'eos' }, expected: written },
  { name: 'finish-end-turn', sends: { deltas: [DOCUMENT], finish: 'end_turn' }, expected: written },
  { name: 'finish-gemini-stop', sends: { deltas: [DOCUMENT], finish: 'STOP' }, expected: written },
  {
    name: 'finish-gemini-max-tokens',
    sends: { deltas: [DOCUMENT], finish: 'MAX_TOKENS' },
    expected: { code: 'GENERATION_TRUNCATED', says: "Whole by then: 'index.js'" },
  },
  {
    name: 'finish-length-midfile',
    sends: { deltas: [`${DOCUMENT}<file path="b.js">\nlet`], finish: 'length' },
    expected: { code: 'GENERATION_TRUNCATED', says: ["cut off inside 'b.js'", "Whole by then: 'index.js'"] },
  },
  {
    name: 'finish-safety',
    sends: { deltas: ['<file path="index.js">\n'], finish: 'SAFETY' },
    expected: { code: 'GENERATION_FILTERED' },
  },
  {
    name: 'finish-content-filter-between-files',
    sends: { deltas: [DOCUMENT], finish: 'content_filter' },
    expected: { code: 'GENERATION_FILTERED', says: 'between files' },
  },
  {
    name: 'finish-insufficient-system-resource',
    sends: { deltas: [DOCUMENT], finish: 'insufficient_system_resource' },
    expected: { code: unavailable, says: ['insufficient_system_resource', "Whole by then: 'index.js'"] },
  },
  {
    name: 'finish-error',
    sends: { deltas: [DOCUMENT], finish: 'error' },
    expected: { code: unavailable, says: "'error'" },
  },
  {
    name: 'finish-abort',
    sends: { deltas: [DOCUMENT], finish: 'abort' },
    expected: { code: unavailable, says: "'abort'" },
  },
  {
    name: 'done-in-the-middle-of-a-file',
    sends: { deltas: ['<file path="index.js">\nlet a'], finish: null },
    expected: { code: unavailable, says: "cut off inside 'index.js'" },
  },
  {
    name: 'cut-between-files',
    sends: { deltas: [DOCUMENT], finish: null, usage: null, done: false },
    expected: { code: unavailable, says: ['broke off before its end', 'between files'] },
  },
  {
    name: 'cut-in-the-middle-of-a-frame',
    sends: { raw: [delta(DOCUMENT), 'data: {"choices":[{"index":0,"del'] },
    expected: { code: unavailable, says: 'broke off before its end' },
  },
  {
    name: 'connection-reset-midfile',
    sends: { raw: [delta('<file path="index.js">\nlet a')], breaksConnection: 'after' },
    expected: { code: unavailable, says: "cut off inside 'index.js'" },
  },
  { name: 'empty-body', sends: { raw: [] }, expected: { code: unavailable, says: 'broke off before its end' } },
  { name: 'only-done', sends: { raw: [DONE] }, expected: { code: unavailable, says: 'broke off before its end' } },
  // ---- errors with status 200
  {
    name: 'error-object-in-the-stream',
    sends: { raw: [delta('<file path="index.js">\n'), sse({ error: { message: 'CUDA out of memory', code: 500 } })] },
    expected: { code: unavailable, says: ['CUDA out of memory', "cut off inside 'index.js'"] },
  },
  {
    name: 'error-text-in-the-stream',
    sends: { raw: [sse({ error: 'model runner has stopped' })] },
    expected: { code: unavailable, says: 'model runner has stopped' },
  },
  {
    name: 'error-event',
    sends: { raw: [`event: error\n${sse({ message: 'Overloaded' })}`] },
    expected: { code: unavailable, says: 'Overloaded' },
  },
  {
    name: 'error-event-as-text',
    sends: { raw: ['event: error\ndata: upstream went away\n\n'] },
    expected: { code: unavailable, says: 'upstream went away' },
  },
  {
    name: 'error-of-vllm',
    sends: { raw: [sse({ object: 'error', message: 'EngineCore died', type: 'InternalServerError', code: 500 })] },
    expected: { code: unavailable, says: 'EngineCore died' },
  },
  {
    name: 'error-in-the-choice',
    sends: {
      raw: [
        sse({
          choices: [
            {
              delta: { content: '' },
              finish_reason: 'error',
              error: { code: 502, message: 'Provider returned error', metadata: { raw: 'upstream connect error' } },
            },
          ],
        }),
      ],
    },
    expected: { code: unavailable, says: 'upstream connect error' },
  },
  {
    name: 'error-detail',
    sends: { raw: [JSON.stringify({ detail: 'Internal worker error' })], contentType: 'application/json' },
    expected: { code: unavailable, says: 'Internal worker error' },
  },
  {
    name: 'error-pretty-printed',
    sends: { raw: [pretty({ error: { message: 'Failed to load model', type: 'server_error' } })] },
    expected: { code: unavailable, says: 'Failed to load model' },
  },
  {
    name: 'error-not-json-in-the-stream',
    sends: { raw: ['data: Internal Server Error\n\n', delta(DOCUMENT, 'stop'), DONE] },
    expected: { code: unavailable, says: 'Internal Server Error' },
  },
  // ---- refusals
  {
    name: 'refused-400',
    sends: { status: 400, raw: [JSON.stringify({ error: { message: "Unknown parameter: 'foo'.", code: null } })] },
    expected: { code: 'GENERATION_REQUEST_REFUSED', says: 'Unknown parameter' },
  },
  {
    name: 'refused-422-with-a-list',
    sends: { status: 422, raw: [JSON.stringify({ detail: [{ loc: ['body', 'messages'], msg: 'too long' }] })] },
    expected: { code: 'GENERATION_REQUEST_REFUSED', says: 'too long' },
  },
  {
    name: 'refused-by-content-rules',
    sends: {
      status: 400,
      raw: [
        JSON.stringify({
          error: {
            code: 'content_filter',
            message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
          },
        }),
      ],
    },
    expected: { code: 'GENERATION_FILTERED', says: 'content management policy' },
  },
  {
    name: 'context-of-openai',
    sends: {
      status: 400,
      raw: [
        JSON.stringify({
          error: {
            message:
              "This model's maximum context length is 4097 tokens. However, your messages resulted in 5009 tokens.",
            code: 'context_length_exceeded',
          },
        }),
      ],
    },
    expected: { code: 'GENERATION_CONTEXT_EXCEEDED', says: '912 tokens too long' },
  },
  {
    name: 'context-of-vllm',
    sends: {
      status: 400,
      raw: [
        JSON.stringify({
          object: 'error',
          message:
            "This model's maximum context length is 2048 tokens. However, you requested 2300 tokens (1300 in the messages, 1000 in the completion).",
          code: 400,
        }),
      ],
    },
    expected: { code: 'GENERATION_CONTEXT_EXCEEDED', says: '252 tokens too long' },
  },
  {
    name: 'context-of-llama-cpp',
    sends: {
      status: 400,
      raw: [
        JSON.stringify({
          error: {
            code: 400,
            message: 'the request exceeds the available context size, try increasing it',
            type: 'exceed_context_size_error',
            n_prompt_tokens: 9_000,
            n_ctx: 4_096,
          },
        }),
      ],
    },
    expected: { code: 'GENERATION_CONTEXT_EXCEEDED', says: '4904 tokens too long' },
  },
  {
    name: 'context-of-gemini',
    sends: {
      status: 400,
      raw: [
        JSON.stringify([
          {
            error: {
              code: 400,
              message: 'The input token count (1,200,000) exceeds the maximum number of tokens allowed (1,048,576).',
              status: 'INVALID_ARGUMENT',
            },
          },
        ]),
      ],
    },
    expected: { code: 'GENERATION_CONTEXT_EXCEEDED', says: '151424 tokens too long' },
  },
  {
    name: 'context-without-numbers',
    sends: {
      status: 400,
      raw: [JSON.stringify({ error: { message: 'Trying to keep the first tokens when context length is exceeded' } })],
    },
    expected: { code: 'GENERATION_CONTEXT_EXCEEDED', says: 'does not fit' },
  },
  {
    name: 'unauthorized',
    sends: { status: 401, raw: [JSON.stringify({ error: { message: 'Incorrect API key provided.' } })] },
    expected: { code: unavailable, says: '401 Incorrect API key' },
  },
  {
    name: 'no-such-model',
    sends: {
      status: 404,
      raw: [JSON.stringify({ error: { message: 'The model does not exist.', code: 'model_not_found' } })],
    },
    expected: { code: unavailable, says: '404 The model does not exist' },
  },
  {
    name: 'quota-of-the-key',
    sends: {
      status: 429,
      raw: [JSON.stringify({ error: { message: 'You exceeded your current quota.', code: 'insufficient_quota' } })],
    },
    expected: { code: unavailable, says: '429 You exceeded your current quota' },
  },
  {
    name: 'busy-then-free',
    sends: { status: 429, headers: { 'retry-after': '0' }, raw: ['{"error":{"message":"Rate limit reached"}}'] },
    again: { deltas: [DOCUMENT] },
    expected: { ...written, asked: 2 },
  },
  {
    name: 'busy-for-long',
    sends: { status: 429, headers: { 'retry-after': '3600' }, raw: ['{"error":{"message":"Rate limit reached"}}'] },
    expected: { code: unavailable, says: 'again in 3600 seconds' },
  },
  {
    name: 'loading-then-ready',
    sends: {
      status: 503,
      headers: { 'retry-after': '0' },
      raw: ['{"error":{"message":"Loading model","type":"unavailable_error"}}'],
    },
    again: { deltas: [DOCUMENT] },
    expected: { ...written, asked: 2 },
  },
  {
    name: 'reset-before-the-answer',
    sends: { breaksConnection: 'before' },
    again: { deltas: [DOCUMENT] },
    expected: { ...written, asked: 2 },
  },
  {
    name: 'html-502',
    sends: {
      status: 502,
      contentType: 'text/html',
      headers: { 'retry-after': '60' },
      raw: ['<html><title>502 Bad Gateway</title></html>'],
    },
    expected: { code: unavailable, says: '502 the server answered with HTML' },
  },
  {
    name: 'stream-options-refused',
    sends: { status: 400, raw: ['{"error":{"message":"stream_options is not supported"}}'] },
    again: { deltas: [DOCUMENT] },
    expected: { ...written, asked: 2 },
  },
  {
    name: 'max-tokens-refused',
    sends: {
      status: 400,
      raw: [
        JSON.stringify({
          error: {
            message:
              "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            code: 'unsupported_parameter',
          },
        }),
      ],
    },
    again: { deltas: [DOCUMENT] },
    expected: { ...written, asked: 2 },
  },
  // ---- names
  { name: 'deepseek/deepseek-chat-v3.1:free', sends: { deltas: [DOCUMENT] }, expected: written },
  { name: 'hf.co/bartowski/Qwen2.5-Coder-7B-GGUF:Q4_K_M', sends: { deltas: [DOCUMENT] }, expected: written },
  // ---- calls of tools
  {
    name: 'tool-call-in-pieces',
    sends: {
      deltas: [
        { tool_calls: [{ index: 0, id: 'c1', type: 'function', function: { name: 'create_file', arguments: '' } }] },
        { tool_calls: [{ index: 0, function: { arguments: '{"path":"index.js","con' } }] },
        { tool_calls: [{ index: 0, function: { arguments: 'tent":"console.log(\\"hi\\");\\n"}' } }] },
      ],
      finish: 'tool_calls',
    },
    expected: written,
  },
  {
    name: 'tool-calls-in-turns',
    sends: {
      deltas: [
        { tool_calls: [{ index: 0, function: { name: 'create_file', arguments: '{"path":"a.js",' } }] },
        { tool_calls: [{ index: 1, function: { name: 'create_file', arguments: '{"path":"b.js",' } }] },
        { tool_calls: [{ index: 0, function: { arguments: '"content":"1\\n"}' } }] },
        { tool_calls: [{ index: 1, function: { arguments: '"content":"2\\n"}' } }] },
      ],
      finish: 'tool_calls',
    },
    expected: { files: { 'a.js': '1\n', 'b.js': '2\n' } },
  },
  {
    name: 'function-call-of-old',
    sends: {
      deltas: [
        {
          function_call: { name: 'write_file', arguments: '{"path":"index.js","content":"console.log(\\"hi\\");\\n"}' },
        },
      ],
      finish: 'function_call',
    },
    expected: written,
  },
  {
    name: 'tool-call-cut',
    sends: {
      deltas: [{ tool_calls: [{ index: 0, function: { name: 'create_file', arguments: '{"path":"index.js","con' } }] }],
      finish: 'length',
    },
    expected: { code: 'GENERATION_TRUNCATED', says: "inside a call of 'create_file'" },
  },
  {
    name: 'tool-call-broken',
    sends: {
      deltas: [{ tool_calls: [{ index: 0, function: { name: 'create_file', arguments: '{"path":' } }] }],
      finish: 'tool_calls',
    },
    again: { deltas: [DOCUMENT] },
    expected: { ...written, asked: 2 },
  },
  {
    name: 'tool-call-that-edits',
    files: { 'a.js': 'let a = 1;\nlet b;\n' },
    sends: {
      deltas: [
        {
          tool_calls: [
            {
              index: 0,
              function: { name: 'edit_file', arguments: '{"path":"a.js","old_string":"a = 1","new_string":"a = 2"}' },
            },
          ],
        },
      ],
      finish: 'tool_calls',
    },
    expected: { files: { 'a.js': 'let a = 2;\nlet b;\n' }, operations: ['EDIT'] },
  },
  {
    name: 'tool-call-unknown',
    sends: {
      deltas: [DOCUMENT, { tool_calls: [{ index: 0, function: { name: 'run_tests', arguments: '{}' } }] }],
      finish: 'tool_calls',
    },
    expected: { ...written, notes: "The model called 'run_tests'" },
  },
  // ---- Ollama's own protocol
  {
    name: 'ollama-ordinary',
    sends: {
      ollama: [
        { message: { role: 'assistant', content: DOCUMENT }, done: false },
        {
          message: { role: 'assistant', content: '' },
          done: true,
          done_reason: 'stop',
          prompt_eval_count: 12,
          eval_count: 8,
        },
      ],
    },
    expected: { ...written, promptTokens: 12, completionTokens: 8 },
  },
  {
    name: 'ollama-thinks',
    sends: {
      ollama: [
        { message: { role: 'assistant', content: '', thinking: '<file path="x.js">' }, done: false },
        { message: { role: 'assistant', content: DOCUMENT }, done: false },
        { message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop' },
      ],
    },
    expected: { ...written, completionTokens: 2 },
  },
  {
    name: 'ollama-calls-a-tool',
    sends: {
      ollama: [
        {
          message: {
            role: 'assistant',
            content: '',
            tool_calls: [{ function: { name: 'create_file', arguments: { path: 'index.js', content: HI } } }],
          },
          done: false,
        },
        { message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop' },
      ],
    },
    expected: written,
  },
  {
    name: 'ollama-length',
    sends: {
      ollama: [
        { message: { content: DOCUMENT }, done: false },
        { message: { content: '' }, done: true, done_reason: 'length' },
      ],
    },
    expected: { code: 'GENERATION_TRUNCATED' },
  },
  {
    name: 'ollama-cut',
    sends: { ollama: [{ message: { content: DOCUMENT }, done: false }] },
    expected: { code: unavailable, says: 'broke off before its end' },
  },
  {
    name: 'ollama-error-in-the-stream',
    sends: {
      ollama: [
        { message: { content: '<file path="index.js">\n' }, done: false },
        { error: 'an error was encountered while running the model: CUDA error' },
      ],
    },
    expected: { code: unavailable, says: ['CUDA error', "cut off inside 'index.js'"] },
  },
  {
    name: 'ollama-only-loaded',
    sends: { ollama: [{ message: { content: '' }, done: true, done_reason: 'load' }] },
    expected: { code: unavailable, says: "'load'" },
  },
  {
    name: 'ollama-context',
    sends: {
      status: 400,
      contentType: 'application/json',
      ollama: [{ error: 'the input length exceeds the context length' }],
    },
    expected: { code: 'GENERATION_CONTEXT_EXCEEDED' },
  },
  {
    name: 'ollama-counts-nothing',
    sends: {
      ollama: [
        { message: { content: DOCUMENT }, done: false },
        { message: { content: '' }, done: true, done_reason: 'stop', prompt_eval_count: 0, eval_count: -1 },
      ],
    },
    expected: { ...written, completionTokens: 1 },
  },
];
