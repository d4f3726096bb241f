import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers, ViewPlugin } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const look = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--bg)', fontSize: '13px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--accent-text)', padding: '8px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--accent-text)', borderLeftWidth: '2px' },
  '.cm-gutters': { backgroundColor: 'var(--bg)', color: 'var(--text-soft)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 12px 0 16px' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--bg-hover) 45%, transparent)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 26%, transparent)',
  },
  '.cm-selectionMatch': { backgroundColor: 'color-mix(in srgb, var(--accent) 16%, transparent)' },
  '.cm-panels': { backgroundColor: 'var(--bg-panel)', color: 'var(--text)' },
  '.cm-panel input, .cm-panel button': { color: 'var(--text)', background: 'var(--bg)' },
  '.cm-collapsedLines': { color: 'var(--text-soft)', background: 'var(--bg-panel)' },
  // The library's own marks are in few fonts.
  '.cm-collapsedLines:before, .cm-collapsedLines:after': { content: '"…"' },
  '.cm-mergeView': { height: '100%' },
  '.cm-changedLine': { backgroundColor: 'color-mix(in srgb, var(--amber) 14%, transparent)' },
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword], color: 'var(--code-keyword)' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp, tags.inserted], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--code-number)' },
  { tag: [tags.comment, tags.meta], color: 'var(--code-comment)' },
  {
    tag: [tags.function(tags.variableName), tags.definition(tags.variableName), tags.tagName],
    color: 'var(--code-name)',
  },
  { tag: [tags.typeName, tags.className, tags.attributeName, tags.propertyName], color: 'var(--code-type)' },
  { tag: tags.heading, fontWeight: '600', color: 'var(--code-name)' },
  { tag: tags.link, textDecoration: 'underline' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: tags.strong, fontWeight: '600' },
]);

const scrollerInTabOrder = ViewPlugin.define(({ scrollDOM }) => {
  scrollDOM.tabIndex = 0;
  return {};
});

export interface EditorOptions {
  readonly label: string;
  readonly isReadOnly: boolean;
  readonly language: Extension;
}

/** All that every editor of the page has. Tab indents; Escape, then Tab, leaves. */
export function createExtensions({ label, isReadOnly, language }: EditorOptions): Extension[] {
  return [
    lineNumbers(),
    history(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    highlightActiveLine(),
    highlightSelectionMatches(),
    EditorState.tabSize.of(2),
    EditorState.readOnly.of(isReadOnly),
    EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false' }),
    // Firefox and axe want what scrolls to be in the order of the Tab key.
    scrollerInTabOrder,
    syntaxHighlighting(colours),
    look,
    language,
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, indentWithTab]),
  ];
}

/** By the file's name; nothing for one that has no colours here, or whose colours did not come. Never rejects. */
export async function loadLanguage(path: string): Promise<Extension> {
  try {
    return await importLanguage(path);
  } catch (error) {
    console.warn(`${path} is shown without colours.`, error);
    return [];
  }
}

async function importLanguage(path: string): Promise<Extension> {
  const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  switch (extension) {
    case 'js':
    case 'jsx':
    case 'mjs':
    case 'cjs':
    case 'ts':
    case 'tsx':
    case 'mts': {
      const { javascript } = await import('@codemirror/lang-javascript');
      return javascript({ typescript: extension.includes('ts'), jsx: extension.endsWith('x') });
    }
    case 'py':
      return (await import('@codemirror/lang-python')).python();
    case 'json':
      return (await import('@codemirror/lang-json')).json();
    case 'md':
      return (await import('@codemirror/lang-markdown')).markdown();
    case 'css':
      return (await import('@codemirror/lang-css')).css();
    case 'html':
    case 'htm':
    case 'vue':
    case 'svg':
      return (await import('@codemirror/lang-html')).html();
    default:
      return [];
  }
}
