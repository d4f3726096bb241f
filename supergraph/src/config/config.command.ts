import { readFile, writeFile } from 'node:fs/promises';
import { checkConfig, toLine } from './config.parse.ts';
import { describeForeignKeys } from './config.reference.ts';
import { toConfigJsonSchema } from './config.schema.ts';
import { upgradeConfig } from './config.upgrade.ts';

export interface Output {
  readonly write: (line: string) => void;
  readonly writeError: (line: string) => void;
}

const USAGE = `Usage: npm run router -- config COMMAND
  keys             list Apollo Router's keys that have no effect here, in Markdown
  schema           print the JSON Schema of router-config.yaml, for editors
  validate FILE    print each problem with its line, column and the expected value
  upgrade FILE     print FILE with current spellings; --write changes the file`;

/**
 * `config keys | schema | validate FILE | upgrade FILE [--write]`.
 *
 * @param args the arguments after `config`
 * @returns the exit code: 0 success, 1 the file has errors, 2 invalid arguments
 */
export async function runConfigCommand(args: readonly string[], { write, writeError }: Output): Promise<number> {
  const flags = args.filter((arg) => arg.startsWith('-'));
  const [command, file, ...surplus] = args.filter((arg) => !arg.startsWith('-'));
  if (command === 'schema' && file === undefined && flags.length === 0) {
    write(JSON.stringify(toConfigJsonSchema(), null, 2));
    return 0;
  }
  if (command === 'keys' && file === undefined && flags.length === 0) {
    write(describeForeignKeys());
    return 0;
  }
  const isWrite = command === 'upgrade' && flags.every((flag) => flag === '--write');
  if (
    file === undefined ||
    surplus.length > 0 ||
    !(isWrite || flags.length === 0) ||
    !['validate', 'upgrade'].includes(command!)
  ) {
    writeError(USAGE);
    return 2;
  }
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    writeError(`${file} cannot be read (${error.code ?? error.message}).`);
    return null;
  });
  if (text === null) return 1;
  return command === 'validate'
    ? validate(text, file, write)
    : upgrade(text, file, flags.includes('--write'), { write, writeError });
}

function validate(text: string, file: string, write: Output['write']): number {
  const { config, problems } = checkConfig(text);
  for (const problem of problems) write(toLine(file, problem));
  if (config && problems.length === 0) write(`${file} is valid.`);
  else if (config)
    write(`${file} is valid, with ${problems.length === 1 ? 'a warning' : `${problems.length} warnings`}.`);
  return config ? 0 : 1;
}

async function upgrade(text: string, file: string, isWrite: boolean, { write, writeError }: Output): Promise<number> {
  const { text: upgraded, upgrades } = upgradeConfig(text);
  for (const { from, to } of upgrades) writeError(`${from} -> ${to}`);
  if (!isWrite) write(upgraded.replace(/\n$/, ''));
  else if (upgraded !== text) await writeFile(file, upgraded);
  return 0;
}
