import { useQuery } from '@apollo/client/react';
import { ModelsDocument, type ModelsQuery } from '../../api/generated/graphql.ts';
import { useFormats, useText } from '../../text/text.tsx';
import { Select } from '../../ui/field.tsx';
import { ANSWER_LENGTHS } from './answer.length.ts';

interface ModelChoiceProps {
  /** Empty for the default one. */
  readonly model: string;
  readonly onModel: (model: string) => void;
}

export function ModelChoice({ model, onModel }: ModelChoiceProps) {
  const text = useText();
  const { models, standard } = useModels();
  return (
    <Select label={text.prompt.model} value={model} onChange={(event) => onModel(event.target.value)}>
      <option value="">{standard ? text.prompt.modelDefault(standard.id) : text.prompt.model}</option>
      {models
        .filter((candidate) => !candidate.default)
        .map(({ id, available }) => (
          <option key={id} value={id} disabled={!available}>
            {available ? id : text.prompt.modelAway(id)}
          </option>
        ))}
    </Select>
  );
}

/** The chosen model where it sees no images for certain. Of others only the answer to a prompt tells. */
export function useBlindModel(model: string): string | null {
  const { models, standard } = useModels();
  const chosen = model === '' ? standard : models.find(({ id }) => id === model);
  return chosen?.provider === 'blueprint' ? chosen.id : null;
}

function useModels() {
  const { data } = useQuery(ModelsDocument);
  const models: ModelsQuery['models'] = data?.models ?? [];
  return { models, standard: models.find((candidate) => candidate.default) };
}

interface LengthChoiceProps {
  /** Tokens that the answer may take; 0 leaves it to the server. */
  readonly maxTokens: number;
  readonly onMaxTokens: (maxTokens: number) => void;
}

export function LengthChoice({ maxTokens, onMaxTokens }: LengthChoiceProps) {
  const text = useText();
  const formats = useFormats();
  return (
    <Select
      label={text.prompt.length}
      title={text.prompt.lengthHint}
      value={maxTokens}
      onChange={({ target }) => onMaxTokens(Number(target.value))}
    >
      {ANSWER_LENGTHS.map((length) => (
        <option key={length} value={length}>
          {length === 0 ? text.prompt.lengthDefault : text.prompt.lengthUpTo(formats.number(length))}
        </option>
      ))}
    </Select>
  );
}
