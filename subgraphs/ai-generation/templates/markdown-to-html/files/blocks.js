import { escapeHtml, renderInline } from './inline.js';

/** The kinds of block: what a line begins with, and how its lines become HTML. The first that fits is taken. */
const kinds = [
  { line: /^#{1,6} /, render: renderHeading, single: true },
  { line: /^[-*] /, render: (lines) => renderList('ul', lines, /^[-*] /) },
  { line: /^\d+\. /, render: (lines) => renderList('ol', lines, /^\d+\. /) },
  { line: /^> ?/, render: (lines) => `<blockquote>\n${toHtml(lines.map((line) => line.replace(/^> ?/, '')).join('\n'))}\n</blockquote>` },
  { line: /^(?!\s*$)/, render: (lines) => `<p>${renderInline(lines.join(' '))}</p>` },
];

export function toHtml(markdown) {
  const lines = markdown.split(/\r?\n/);
  const html = [];
  for (let at = 0; at < lines.length; ) {
    if (lines[at].startsWith('```')) {
      const end = lines.findIndex((line, index) => index > at && line.startsWith('```'));
      const stop = end === -1 ? lines.length : end;
      html.push(`<pre><code>${escapeHtml(lines.slice(at + 1, stop).join('\n'))}</code></pre>`);
      at = stop + 1;
      continue;
    }
    const kind = kinds.find(({ line }) => line.test(lines[at]));
    if (!kind) {
      at += 1;
      continue;
    }
    let end = at + 1;
    while (!kind.single && end < lines.length && kinds.find(({ line }) => line.test(lines[end])) === kind) end += 1;
    html.push(kind.render(lines.slice(at, end)));
    at = end;
  }
  return html.join('\n');
}

function renderHeading([line]) {
  const level = line.indexOf(' ');
  return `<h${level}>${renderInline(line.slice(level + 1))}</h${level}>`;
}

function renderList(tag, lines, marker) {
  const items = lines.map((line) => `<li>${renderInline(line.replace(marker, ''))}</li>`);
  return [`<${tag}>`, ...items, `</${tag}>`].join('\n');
}
