import { ArrowUp, AtSign, ImagePlus, Square } from 'lucide-react';
import { type RefObject, useRef, useState } from 'react';
import { toKeyLabel } from '../../app/keys.ts';
import { useText } from '../../text/text.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Checkbox } from '../../ui/field.tsx';
import { AttachmentRow } from './attachment.row.tsx';
import { IMAGE_TYPES } from './image.file.ts';
import { LengthChoice, ModelChoice, useBlindModel } from './prompt.choices.tsx';
import { PromptField } from './prompt.field.tsx';
import styles from './prompt.module.css';
import type { Prompt } from './use.prompt.ts';

interface PromptBoxProps {
  readonly prompt: Prompt;
  /** As it is shown: empty while the prompt is on its way by itself. */
  readonly shown: string;
  /** Files of the project. */
  readonly paths: readonly string[];
  readonly isFirst: boolean;
  /** Something is under way that can be stopped. */
  readonly isBusy: boolean;
  readonly onStop: () => void;
  readonly box: RefObject<HTMLTextAreaElement | null>;
}

/** Where a prompt is written, with the files and images that go with it, and what is to be done with the answer. */
export function PromptBox({ prompt, shown, paths, isFirst, isBusy, onStop, box }: PromptBoxProps) {
  const text = useText();
  const { attachments } = prompt;
  const addImages = (files: readonly File[]) => void attachments.addImages(files);
  const drop = useImageDrop(addImages);
  const blindModel = useBlindModel(prompt.model);
  const send = () => void prompt.send();
  return (
    <form
      className={styles.form}
      data-dropping={drop.isOver ? '' : undefined}
      {...drop.handlers}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <AttachmentRow attachments={attachments} blindModel={blindModel} />
      <PromptField
        box={box}
        prompt={shown}
        placeholder={isFirst ? text.prompt.first : text.prompt.placeholder}
        paths={paths}
        onPrompt={prompt.setPrompt}
        onChoosePath={attachments.addPath}
        onSend={send}
      />
      <div className={styles.extras}>
        <div className={styles.review} title={text.review.askHint}>
          <Checkbox
            label={text.review.ask}
            checked={prompt.review}
            onChange={({ target }) => prompt.setReview(target.checked)}
          />
        </div>
        {paths.length > 0 && (
          <IconButton size="small" icon={AtSign} label={text.prompt.addFile} onClick={() => typeAt(box.current)} />
        )}
        <ImageButton onFiles={addImages} />
      </div>
      <div className={styles.row}>
        <div className={styles.choices}>
          <ModelChoice model={prompt.model} onModel={prompt.setModel} />
          <LengthChoice maxTokens={prompt.maxTokens} onMaxTokens={prompt.setMaxTokens} />
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
            disabled={prompt.sending !== null || shown.trim() === ''}
            title={text.prompt.sendKeys}
          >
            {text.prompt.send}
          </Button>
        )}
      </div>
    </form>
  );
}

/** As if the key had been pressed at the caret, with a blank before it where it would be part of a word. */
function typeAt(field: HTMLTextAreaElement | null): void {
  if (!field) return;
  field.focus();
  const before = field.value.slice(0, field.selectionStart);
  const typed = before === '' || /\s$/.test(before) ? '@' : ' @';
  field.setRangeText(typed, field.selectionStart, field.selectionEnd, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

function ImageButton({ onFiles }: { readonly onFiles: (files: readonly File[]) => void }) {
  const text = useText();
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={picker}
        type="file"
        hidden
        multiple
        accept={IMAGE_TYPES}
        aria-label={text.prompt.addImage}
        onChange={({ target }) => {
          onFiles([...(target.files ?? [])]);
          // So that the same file can be picked again once it was removed.
          target.value = '';
        }}
      />
      <IconButton size="small" icon={ImagePlus} label={text.prompt.addImage} onClick={() => picker.current?.click()} />
    </>
  );
}

/** Files that are dropped on the form or pasted into it. */
function useImageDrop(onFiles: (files: readonly File[]) => void) {
  const [isOver, setOver] = useState(false);
  const handlers = {
    onPaste(event: React.ClipboardEvent) {
      const files = [...event.clipboardData.files];
      // A program that copies text often adds a picture of it: then the text is meant.
      if (files.length === 0 || event.clipboardData.getData('text/plain') !== '') return;
      event.preventDefault();
      onFiles(files);
    },
    onDragOver(event: React.DragEvent) {
      if (!event.dataTransfer.types.includes('Files')) return;
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop(event: React.DragEvent) {
      setOver(false);
      const files = [...event.dataTransfer.files];
      if (files.length === 0) return;
      event.preventDefault();
      onFiles(files);
    },
  };
  return { isOver, handlers };
}
