const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([a-z]+)|([-+*/%^(),]))/y;

export function tokenize(source) {
  const tokens = [];
  const text = source.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new SyntaxError(`Unexpected '${text.slice(at).trim()[0]}' at ${at + 1}`);
    const [, number, name, symbol] = match;
    if (number) tokens.push({ type: 'number', value: Number(number) });
    else if (name) tokens.push({ type: 'name', value: name });
    else tokens.push({ type: symbol, value: symbol });
  }
  return [...tokens, { type: 'end', value: 'the end' }];
}
