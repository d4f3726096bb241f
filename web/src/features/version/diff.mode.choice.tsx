import { useText } from '../../text/text.tsx';
import { Segments } from '../../ui/segments.tsx';
import type { DiffMode } from './diff.mode.ts';

interface DiffModeChoiceProps {
  readonly mode: DiffMode;
  readonly onChoose: (mode: DiffMode) => void;
}

export function DiffModeChoice({ mode, onChoose }: DiffModeChoiceProps) {
  const { versions } = useText();
  return (
    <Segments
      label={versions.mode}
      value={mode}
      options={[
        { value: 'inline', label: versions.inline },
        { value: 'split', label: versions.split },
      ]}
      onChoose={onChoose}
    />
  );
}
