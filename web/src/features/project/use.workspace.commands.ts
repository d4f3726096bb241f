import { useMemo } from 'react';
import { useNavigate } from 'react-router';
import { type FragmentType, readFragment } from '../../api/generated/fragment-masking.ts';
import { VersionRowFragmentDoc } from '../../api/generated/graphql.ts';
import { type Command, useCommands } from '../../app/commands.ts';
import { toKeyLabel } from '../../app/keys.ts';
import { useText } from '../../text/text.tsx';

interface WorkspaceCommandOptions {
  readonly projectId: string;
  readonly paths: readonly string[];
  readonly versions: readonly FragmentType<typeof VersionRowFragmentDoc>[];
  readonly openFile: (path: string) => void;
  readonly focusPrompt: () => void;
  readonly save: () => void;
  /** Never rejects. */
  readonly startRun: () => Promise<void>;
  readonly stop: () => void;
  readonly restore: (number: number) => void;
  readonly head: number;
}

/** What the palette offers in a project: what can be done, its files and its versions. Give functions that stay. */
export function useWorkspaceCommands(options: WorkspaceCommandOptions): void {
  const { projectId, paths, versions, head, openFile, focusPrompt, save, startRun, stop, restore } = options;
  const text = useText();
  const navigate = useNavigate();
  const commands = useMemo((): Command[] => {
    const { palette } = text;
    const rows = readFragment(VersionRowFragmentDoc, versions);
    const older = rows.filter(({ number }) => number > 0 && number < head);
    return [
      { id: 'prompt', label: palette.newPrompt, group: 'action', run: focusPrompt },
      { id: 'save', label: palette.save, group: 'action', keys: toKeyLabel('mod+s'), run: save },
      { id: 'run', label: palette.run, group: 'action', run: () => void startRun() },
      { id: 'stop', label: palette.stop, group: 'action', keys: toKeyLabel('mod+.'), run: stop },
      ...paths.map((path): Command => ({ id: path, label: path, group: 'file', run: () => openFile(path) })),
      ...rows.map(
        ({ number, message }): Command => ({
          id: String(number),
          label: `v${number} ${message}`,
          group: 'version',
          run: () => void navigate(`/p/${projectId}/v/${number}`),
        }),
      ),
      ...older.flatMap(({ number }): Command[] => [
        {
          id: `compare-${number}`,
          label: text.versions.diff(number, head),
          group: 'version',
          run: () => void navigate(`/p/${projectId}/diff/${number}..${head}`),
        },
        {
          id: `restore-${number}`,
          label: text.versions.restoreLong(number),
          group: 'version',
          run: () => restore(number),
        },
      ]),
    ];
  }, [text, paths, versions, head, focusPrompt, save, startRun, stop, restore, openFile, navigate, projectId]);
  useCommands(commands);
}
