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
  readonly save: () => Promise<void>;
  readonly startRun: () => Promise<void>;
  readonly stop: () => void;
}

/** What the palette offers in a project: what can be done, its files and its versions. Give functions that stay. */
export function useWorkspaceCommands(options: WorkspaceCommandOptions): void {
  const { projectId, paths, versions, openFile, focusPrompt, save, startRun, stop } = options;
  const text = useText();
  const navigate = useNavigate();
  const commands = useMemo((): Command[] => {
    const { palette } = text;
    return [
      { id: 'prompt', label: palette.newPrompt, group: 'action', run: focusPrompt },
      { id: 'save', label: palette.save, group: 'action', keys: toKeyLabel('mod+s'), run: () => void save() },
      { id: 'run', label: palette.run, group: 'action', run: () => void startRun() },
      { id: 'stop', label: palette.stop, group: 'action', keys: toKeyLabel('mod+.'), run: stop },
      ...paths.map((path): Command => ({ id: path, label: path, group: 'file', run: () => openFile(path) })),
      ...readFragment(VersionRowFragmentDoc, versions).map(
        ({ number, message }): Command => ({
          id: String(number),
          label: `v${number} ${message}`,
          group: 'version',
          run: () => void navigate(`/p/${projectId}/v/${number}`),
        }),
      ),
    ];
  }, [text, paths, versions, focusPrompt, save, startRun, stop, openFile, navigate, projectId]);
  useCommands(commands);
}
