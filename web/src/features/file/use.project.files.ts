import { useCallback, useEffect, useMemo } from 'react';
import { useAction } from '../../app/use.action.ts';
import { useText } from '../../text/text.tsx';
import type { FileDesk } from './file.desk.ts';
import { findMainFile } from './file.rows.ts';
import { useFileDesk } from './use.file.desk.ts';
import { useFiles } from './use.files.ts';

interface ProjectFilesOptions {
  readonly projectId: string;
  readonly head: number;
  /** The version whose files are listed. */
  readonly version: number;
  /** The file that the address names. */
  readonly chosen: string | null;
  /** Whether the middle shows files that can be edited. */
  readonly isEditing: boolean;
  readonly openFile: (path: string) => void;
  /** Asks for the project again. */
  readonly reload: () => Promise<unknown>;
}

/** The files of a project: those that there are, those that are open, and how they are saved. */
export function useProjectFiles(options: ProjectFilesOptions) {
  const { projectId, head, version, chosen, isEditing, openFile, reload } = options;
  const text = useText();
  const open = useFileDesk(projectId, head, text);
  const { files, error, retry } = useFiles(projectId, version);
  const paths = useMemo(() => files?.rows.map(({ path }) => path) ?? [], [files]);
  const mainPath = useMemo(() => findMainFile(paths), [paths]);
  const activePath = chosen ?? (isEditing ? mainPath : null);
  const desk = open?.desk ?? null;

  // The file in front is open, also when a link or a reload chose it.
  useEffect(() => {
    if (desk && activePath && isEditing) void desk.open(activePath);
  }, [desk, activePath, isEditing]);
  const move = useAction((moved: FileDesk, to: number, hashes: ReadonlyMap<string, string>) =>
    moved.moveTo(to, hashes),
  );
  useEffect(() => {
    if (!desk || !files?.isComplete || files.version !== head) return;
    void move.run(desk, head, new Map(files.rows.map(({ path, sha256 }) => [path, sha256])));
  }, [desk, files, head, move.run]);

  const saving = useAction(async () => {
    if (!desk) return;
    if ((await desk.save()) !== null) await reload();
    const torn = desk.dirty.find(({ conflict }) => conflict);
    if (torn) openFile(torn.path);
  });
  const save = useCallback(() => void saving.run(), [saving.run]);

  const unsaved = useMemo(
    () => new Set([...(open?.files.values() ?? [])].filter(({ isDirty }) => isDirty).map(({ path }) => path)),
    [open?.files],
  );
  return { open, desk, paths, activePath, unsaved, error, retry, move, save, saving };
}

export type ProjectFiles = ReturnType<typeof useProjectFiles>;
