import type { ToolCallPiece } from './model.ts';

interface CollectedCall {
  readonly index: number;
  /** Null where the provider names none. */
  readonly id: string | null;
  name: string;
  readonly argumentsTexts: string[];
}

/** Puts calls of tools together, in whatever pieces they come. */
export class ToolCallCollector {
  readonly #calls: CollectedCall[] = [];

  push({ index, id: named, name, argumentsText }: ToolCallPiece): void {
    const id = named ?? null;
    let call = this.#calls.findLast((known) => known.index === index);
    // Some servers give every call the same index: then another id is another call.
    if (!call || (id !== null && call.id !== null && call.id !== id)) {
      call = { index, id, name: '', argumentsTexts: [] };
      this.#calls.push(call);
    }
    if (call.name !== name) call.name += name;
    call.argumentsTexts.push(argumentsText);
  }

  get size(): number {
    return this.#calls.length;
  }

  /** In the order they began. */
  list(): readonly { readonly id: string | null; readonly name: string; readonly argumentsText: string }[] {
    return this.#calls.map(({ id, name, argumentsTexts }) => ({ id, name, argumentsText: argumentsTexts.join('') }));
  }
}

/** Without what a database cannot hold. */
export function toStorableText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

/** The arguments of a call; null where they are not a JSON object. All texts in them can be stored. */
export function readCallArguments(argumentsText: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(argumentsText === '' ? '{}' : argumentsText, (_, part) =>
      typeof part === 'string' ? toStorableText(part) : part,
    );
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    // The caller says what that means.
    return null;
  }
}
