import { parseSync, type Node as SyntaxNode } from 'oxc-parser';
import { walk } from './walk.ts';

/** Where a text is compared or looked up, and makes no error. */
const COMPARING = new Set(['===', '!==', '==', '!=']);

/**
 * The texts of a source that may become the code of an error. Not among them: names of properties, so that a declaration
 * in a catalogue is not a use, and texts that something is compared with, alone or in a list.
 */
export function findUsedTexts(path: string, text: string): Set<string> {
  const { program } = parseSync(path, text);
  const apart = new Set<unknown>();
  const used = new Set<string>();
  walk(program, (visited) => {
    const node = visited as unknown as SyntaxNode;
    if (node.type === 'Property' && !node.computed) apart.add(node.key);
    if (node.type === 'BinaryExpression' && COMPARING.has(node.operator)) apart.add(node.left).add(node.right);
    if (node.type === 'SwitchCase') apart.add(node.test);
    if (node.type === 'ArrayExpression') for (const element of node.elements) apart.add(element);
    if (node.type === 'TSLiteralType') apart.add(node.literal);
    if (node.type === 'Literal' && typeof node.value === 'string' && !apart.has(node)) used.add(node.value);
  });
  return used;
}
