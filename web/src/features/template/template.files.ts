interface TemplateFile {
  readonly path: string;
  readonly content: string;
}

/** The server takes text only. It checks sizes, counts and paths itself. @throws Error that names a file that is not text */
export function readTemplateFiles(files: readonly File[]): Promise<TemplateFile[]> {
  return Promise.all(
    files.map(async (file) => {
      const path = file.webkitRelativePath || file.name;
      try {
        return { path, content: new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer()) };
      } catch (cause) {
        throw new Error(`${path} is not text in UTF-8. Leave it out and add the others.`, { cause });
      }
    }),
  );
}
