import { useQuery } from '@apollo/client/react';
import { ArrowUp, Square } from 'lucide-react';
import { type RefObject, useId } from 'react';
import { ModelsDocument } from '../../api/generated/graphql.ts';
import { matches, toKeyLabel } from '../../app/keys.ts';
import { useFormats, useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { Checkbox, Select } from '../../ui/field.tsx';
import { ANSWER_LENGTHS } from './answer.length.ts';
import styles from './prompt.module.css';

interface PromptBoxProps {
  readonly prompt: string;
  readonly onPrompt: (prompt: string) => void;
  readonly model: string;
  readonly onModel: (model: string) => void;
  /** Tokens that the answer may take; 0 leaves it to the server. */
  readonly maxTokens: number;
  readonly onMaxTokens: (maxTokens: number) => void;
  /** Whether the changes are shown before they reach the project. */
  readonly review: boolean;
  readonly onReview: (review: boolean) => void;
  readonly isFirst: boolean;
  /** Something is under way that can be stopped. */
  readonly isBusy: boolean;
  readonly isSending: boolean;
  readonly onSend: () => void;
  readonly onStop: () => void;
  readonly box: RefObject<HTMLTextAreaElement | null>;
}

export function PromptBox(props: PromptBoxProps) {
  const { prompt, onPrompt, model, onModel, isFirst, isBusy, isSending, onSend, onStop, box } = props;
  const text = useText();
  const id = useId();
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        onSend();
      }}
    >
      <label htmlFor={id} className="visually-hidden">
        {text.prompt.label}
      </label>
      <textarea
        id={id}
        ref={box}
        className={styles.box}
        rows={2}
        placeholder={isFirst ? text.prompt.first : text.prompt.placeholder}
        value={prompt}
        onChange={(event) => onPrompt(event.target.value)}
        onKeyDown={(event) => {
          if (!matches(event.nativeEvent, 'mod+Enter')) return;
          event.preventDefault();
          onSend();
        }}
      />
      <div className={styles.review} title={text.review.askHint}>
        <Checkbox
          label={text.review.ask}
          checked={props.review}
          onChange={({ target }) => props.onReview(target.checked)}
        />
      </div>
      <div className={styles.row}>
        <div className={styles.choices}>
          <ModelChoice model={model} onModel={onModel} />
          <LengthChoice maxTokens={props.maxTokens} onMaxTokens={props.onMaxTokens} />
        </div>
        {isBusy ? (
          <Button size="small" icon={Square} onClick={onStop} title={toKeyLabel('mod+.')}>
            {text.prompt.stop}
          </Button>
        ) : (
          <Button
            type="submit"
            size="small"
            look="primary"
            icon={ArrowUp}
            disabled={isSending || prompt.trim() === ''}
            title={text.prompt.sendKeys}
          >
            {text.prompt.send}
          </Button>
        )}
      </div>
    </form>
  );
}

function ModelChoice({ model, onModel }: { readonly model: string; readonly onModel: (model: string) => void }) {
  const text = useText();
  const { data } = useQuery(ModelsDocument);
  const models = data?.models ?? [];
  const standard = models.find((candidate) => candidate.default);
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

function LengthChoice({ maxTokens, onMaxTokens }: Pick<PromptBoxProps, 'maxTokens' | 'onMaxTokens'>) {
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
