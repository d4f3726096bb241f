/**
 * CodeMirror writes its style sheets itself. In a shadow root it does so by `adoptedStyleSheets`, which a content security
 * policy without `unsafe-inline` allows; in the document it would need a `<style>`, which that forbids.
 */
export function openShadow(host: HTMLElement): { readonly root: ShadowRoot; readonly parent: HTMLElement } {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const parent = document.createElement('div');
  parent.style.height = '100%';
  root.replaceChildren(parent);
  return { root, parent };
}
