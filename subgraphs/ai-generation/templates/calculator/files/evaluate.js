const operators = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': (a, b) => a ** b,
};

const functions = { sqrt: Math.sqrt, abs: Math.abs, min: Math.min, max: Math.max };

export function evaluate(node) {
  switch (node.type) {
    case 'number':
      return node.value;
    case 'negate':
      return -evaluate(node.operand);
    case 'binary':
      return operators[node.operator](evaluate(node.left), evaluate(node.right));
    case 'call': {
      if (!Object.hasOwn(functions, node.name)) throw new ReferenceError(`There is no function '${node.name}'`);
      return functions[node.name](...node.operands.map(evaluate));
    }
  }
}
