import { readFileSync } from 'node:fs';
import { toHtml } from './blocks.js';
import { escapeHtml } from './inline.js';

const title = '{{title}}';
const sample = `# ${title}\n\nText with **weight**, *stress* and \`code\`.\n\n1. First\n2. Second\n\n> Quoted`;

const markdown = process.stdin.isTTY ? '' : readFileSync(0, 'utf8');
console.log(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escapeHtml(title)}</title>
${toHtml(markdown.trim() === '' ? sample : markdown)}
</html>`);
