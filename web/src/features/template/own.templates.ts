const OWN = 'own-templates';

interface OwnTemplate {
  readonly id: string;
  readonly title: string;
}

/** Those that were added in this browser, the newest first. The API finds templates by a search only. */
export function readOwnTemplates(): readonly OwnTemplate[] {
  try {
    return JSON.parse(localStorage.getItem(OWN) ?? '[]') as OwnTemplate[];
  } catch (error) {
    console.warn('The list of templates that were added here cannot be read; a search finds them.', error);
    return [];
  }
}

export function keepOwnTemplate({ id, title }: OwnTemplate): void {
  write([{ id, title }, ...readOwnTemplates().filter((known) => known.id !== id)]);
}

export function forgetOwnTemplate(id: string): void {
  write(readOwnTemplates().filter((known) => known.id !== id));
}

/** The next person at this browser sees nothing of the last. */
export function forgetOwnTemplates(): void {
  localStorage.removeItem(OWN);
}

function write(templates: readonly OwnTemplate[]): void {
  localStorage.setItem(OWN, JSON.stringify(templates));
}
