import { type Expression, type ObjectProperty, type Program, parseSync } from 'oxc-parser';
import { toPlace, walk } from './walk.ts';

export interface FoundCode {
  /** `subgraphs/auth/src/client.ts:12` */
  readonly place: string;
  readonly code: string;
}

const CODE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/;
/** Codes of the operating system and of Node: `ENOENT`, `ERR_INVALID_ARG_TYPE`. */
const SYSTEM_CODE = /^(?:ERR_|UND_ERR_|E[A-Z0-9]+$)/;

/** Finds the values of `code` in object literals: literals, or constants of the module. */
export function findCodes(path: string, text: string): FoundCode[] {
  const { program } = parseSync(path, text);
  const constants = readConstants(program);
  const found: FoundCode[] = [];
  walk(program, (node) => {
    const property = node as ObjectProperty;
    if (property.type !== 'Property' || property.computed || !isNamedCode(property)) return;
    for (const code of toTexts(property.value as Expression, constants)) {
      if (CODE.test(code) && !SYSTEM_CODE.test(code)) found.push({ place: toPlace(path, text, node.start), code });
    }
  });
  return found;
}

function isNamedCode({ key }: ObjectProperty): boolean {
  return key.type === 'Identifier' ? key.name === 'code' : key.type === 'Literal' && key.value === 'code';
}

function toTexts(value: Expression, constants: ReadonlyMap<string, string>): readonly string[] {
  if (value.type === 'Literal') return typeof value.value === 'string' ? [value.value] : [];
  if (value.type === 'ConditionalExpression') {
    return [...toTexts(value.consequent, constants), ...toTexts(value.alternate, constants)];
  }
  const constant = value.type === 'Identifier' ? constants.get(value.name) : undefined;
  return constant === undefined ? [] : [constant];
}

function readConstants({ body }: Program): Map<string, string> {
  const constants = new Map<string, string>();
  for (const statement of body) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declaration?.type !== 'VariableDeclaration') continue;
    for (const { id, init } of declaration.declarations) {
      if (id.type !== 'Identifier' || init?.type !== 'Literal' || typeof init.value !== 'string') continue;
      constants.set(id.name, init.value);
    }
  }
  return constants;
}
