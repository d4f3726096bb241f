import { tokenize } from './tokenizer.js';

const PRECEDENCE = { '+': 1, '-': 1, '*': 2, '/': 2, '%': 2, '^': 4 };
const UNARY_PRECEDENCE = 3;

/** Parses an expression into a tree by precedence climbing. */
export function parse(source) {
  const tokens = tokenize(source);
  let position = 0;
  const peek = () => tokens[position];
  const take = (type) => {
    const token = tokens[position++];
    if (type && token.type !== type) throw new SyntaxError(`Expected '${type}' but found ${token.value}`);
    return token;
  };

  function parseExpression(minimum) {
    let left = parseOperand();
    for (;;) {
      const operator = peek().type;
      const precedence = PRECEDENCE[operator] ?? 0;
      if (precedence < minimum || precedence === 0) return left;
      take();
      // '^' groups to the right, all others to the left.
      left = { type: 'binary', operator, left, right: parseExpression(operator === '^' ? precedence : precedence + 1) };
    }
  }

  function parseOperand() {
    const token = take();
    if (token.type === 'number') return token;
    if (token.type === '-') return { type: 'negate', operand: parseExpression(UNARY_PRECEDENCE) };
    if (token.type === '(') {
      const inner = parseExpression(1);
      take(')');
      return inner;
    }
    if (token.type === 'name') return { type: 'call', name: token.value, operands: parseOperands() };
    throw new SyntaxError(`Unexpected ${token.value}`);
  }

  function parseOperands() {
    take('(');
    const operands = [parseExpression(1)];
    while (peek().type === ',') {
      take();
      operands.push(parseExpression(1));
    }
    take(')');
    return operands;
  }

  const tree = parseExpression(1);
  take('end');
  return tree;
}
