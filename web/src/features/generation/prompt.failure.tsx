import { toRefusal } from '../../api/refusal.ts';
import { useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { Failure } from '../../ui/notice.tsx';
import type { Prompt, SendOptions } from './use.prompt.ts';

/** So many of the models that see are offered as buttons; all are in the list below the prompt. */
const MODELS_SHOWN = 3;

/** Why a prompt was not sent, with the ways on: again, by a model that sees, or without the images. */
export function PromptFailure({ prompt }: { readonly prompt: Prompt }) {
  const text = useText();
  const { error } = prompt;
  if (!error) return null;
  const again = (label: string, options?: SendOptions) => (
    <Button key={label} size="small" onClick={() => void prompt.retry(options)}>
      {label}
    </Button>
  );
  const { code, details } = toRefusal(error);
  if (code !== 'GENERATION_IMAGES_UNSUPPORTED') return <Failure error={error} actions={again(text.tryAgain)} />;
  const seeing = (details as { readonly known?: readonly string[] }).known ?? [];
  return (
    <Failure
      error={error}
      actions={
        <>
          {seeing.slice(0, MODELS_SHOWN).map((model) => again(text.prompt.useModel(model), { model }))}
          {again(text.prompt.withoutImages, { images: [] })}
        </>
      }
    />
  );
}
