import { z } from 'zod';
import { valueSources } from './prompt.values.ts';

const name = z.string().regex(/^[a-z][A-Za-z]*$/, 'expected a name in camel case');
const oneLine = z.string().regex(/^[^\r\n]+$/, 'expected one line that is not empty');

/** What a blueprint fills in. Files hold it as `{{name}}`, in code only inside a string literal. */
const parameter = z.strictObject({
  name,
  description: oneLine,
  // bounded input: a description that comes with this package.
  default: oneLine.regex(/^(?!.*\{\{)/, 'expected no placeholder in a default'),
  /** Where in a prompt the value comes from; without it the default always stands. */
  from: z.enum(valueSources).optional(),
});

/** What running the project has to give; tests run each template and look. */
const check = z.strictObject({
  args: z.array(z.string()).default([]),
  stdin: z.string().default(''),
  /** Regular expression that the standard output matches, the text of the page, or the rows of the entry point's queries as JSON. */
  stdout: z.string().refine(isRegularExpression, 'expected a regular expression'),
  /** What a visitor does with a page first, in order, each by a CSS selector. */
  actions: z
    .array(z.union([z.strictObject({ click: z.string() }), z.strictObject({ fill: z.string(), value: z.string() })]))
    .default([]),
  /** Requests to a server that prints its URL, in order. */
  http: z
    .array(
      z.strictObject({
        method: z.string().default('GET'),
        path: z.string().startsWith('/'),
        json: z.unknown().optional(),
        status: z.int(),
        body: z.string().refine(isRegularExpression, 'expected a regular expression'),
      }),
    )
    .default([]),
});

/** `template.json`: what a template is, how it runs, and what may be filled in. */
export const templateDescription = z.strictObject({
  title: oneLine,
  description: oneLine,
  language: z.enum(['javascript', 'typescript', 'python', 'go', 'html', 'sql']),
  framework: z
    .string()
    .regex(/^[a-z][a-z0-9.:-]*$/, 'expected lower case')
    .nullable(),
  tags: z.array(oneLine).min(1),
  /** Id of the code-executor's runtime; null where it has none. */
  runtime: z.enum(['javascript', 'typescript', 'python']).nullable(),
  /** Path of the file to start, to open, or whose statements come last. */
  entrypoint: z.string(),
  /**
   * What it takes beyond the WebAssembly sandbox: `packages` from a registry, `http` to listen on a port, `native` modules of the
   * runtime that WebAssembly builds leave out; and for languages without a runtime, `go`, a `browser` or `postgresql`. Empty for most.
   */
  needs: z.array(z.enum(['packages', 'http', 'native', 'go', 'browser', 'postgresql'])),
  parameters: z.array(parameter),
  check,
});

export type TemplateDescription = z.infer<typeof templateDescription>;

function isRegularExpression(source: string): boolean {
  try {
    // bounded input: it is only compiled here, and comes with this package.
    new RegExp(source);
    return true;
  } catch {
    // The schema reports the field with a message of its own.
    return false;
  }
}
