import { useQuery } from '@apollo/client/react';
import { Play, Square, Wrench } from 'lucide-react';
import { memo, useId, useState } from 'react';
import { RuntimesDocument } from '../../api/generated/graphql.ts';
import { useFormats, useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { Checkbox, Select, TextArea, TextField } from '../../ui/field.tsx';
import { Empty, Failure, Notice } from '../../ui/notice.tsx';
import { isAutoRun, setAutoRun } from './auto.run.ts';
import { toErrorText, toPlainText } from './output.text.ts';
import styles from './run.module.css';
import type { Run, RunOptions } from './use.run.ts';

interface RunPanelProps {
  readonly run: Run;
  readonly hasFiles: boolean;
  readonly hasUnsaved: boolean;
  readonly onFix: (prompt: string) => void;
}

/** Runs the project in the sandbox, and shows what it prints. */
export const RunPanel = memo(function RunPanel({ run, hasFiles, hasUnsaved, onFix }: RunPanelProps) {
  const text = useText();
  const title = useId();
  const [options, setOptions] = useState<RunOptions>({});
  const { isBusy, isLost, error, execution, pieces } = run;
  const isFailed = Boolean(execution?.outcome && !['SUCCEEDED', 'CANCELLED'].includes(execution.outcome));
  return (
    <section className={styles.panel} aria-labelledby={title}>
      <header className={styles.head}>
        <h2 id={title}>{text.run.title}</h2>
        <RunState run={run} />
        {isBusy ? (
          <Button size="small" icon={Square} onClick={() => void run.cancel()}>
            {text.run.cancel}
          </Button>
        ) : (
          <Button size="small" icon={Play} disabled={!hasFiles} onClick={() => void run.start(options)}>
            {text.run.run}
          </Button>
        )}
      </header>
      <Failure error={error} />
      {isLost && <Notice kind="warning">{text.run.lost}</Notice>}
      <Output run={run} />
      {execution?.truncated && <Notice kind="warning">{text.run.truncated}</Notice>}
      {isFailed && (
        <div className={styles.fix}>
          <Button
            size="small"
            icon={Wrench}
            onClick={() => onFix(text.prompt.fix(execution?.runtime.language ?? '', toErrorText(pieces)))}
          >
            {text.run.fix}
          </Button>
        </div>
      )}
      {hasUnsaved && <p className={styles.note}>{text.run.unsaved}</p>}
      <Options options={options} onChange={setOptions} />
    </section>
  );
});

function RunState({ run: { execution, isBusy } }: { readonly run: Run }) {
  const text = useText();
  const formats = useFormats();
  if (!execution) return <span className={styles.state}>{isBusy && text.run.status.QUEUED}</span>;
  const { outcome, status, exitCode, durationMs, runtime, sandbox } = execution;
  const title = text.run.where(`${runtime.language} (${runtime.version})`, sandbox);
  if (!outcome) return <span className={styles.state}>{text.run.status[status]}</span>;
  const said = text.run.outcome[outcome](exitCode, formats.duration(durationMs ?? 0));
  return (
    <span
      className={`${styles.state} ${outcome === 'SUCCEEDED' ? styles.good : styles.bad}`}
      title={title}
      role="status"
    >
      {said}
    </span>
  );
}

function Output({ run: { execution, pieces, isBusy, error } }: { readonly run: Run }) {
  const text = useText();
  if (!execution && !isBusy) return error ? null : <Empty>{text.run.none}</Empty>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <pre className={styles.output} tabIndex={0} role="log" aria-label={text.run.output} dir="ltr">
      {pieces.map(({ seq, stream, text: printed }) => (
        <span key={seq} className={stream === 'STDERR' ? styles.stderr : undefined}>
          {toPlainText(printed)}
        </span>
      ))}
      {execution?.outcome && pieces.length === 0 && <span className={styles.note}>{text.run.noOutput}</span>}
    </pre>
  );
}

interface OptionsProps {
  readonly options: RunOptions;
  readonly onChange: (options: RunOptions) => void;
}

function Options({ options, onChange }: OptionsProps) {
  const text = useText();
  const [isAutomatic, setAutomatic] = useState(isAutoRun);
  const { data } = useQuery(RuntimesDocument);
  return (
    <details className={styles.options}>
      <summary>{text.run.options}</summary>
      <div className={styles.fields}>
        <Checkbox
          label={text.run.auto}
          checked={isAutomatic}
          onChange={({ target }) => {
            setAutomatic(target.checked);
            setAutoRun(target.checked);
          }}
        />
        <Select
          label={text.run.runtime}
          value={options.runtime ?? ''}
          onChange={({ target }) => onChange({ ...options, runtime: target.value || undefined })}
        >
          <option value="">{`${text.run.runtime}: ${text.run.runtimeAuto}`}</option>
          {data?.runtimes.map(({ id, language, version }) => (
            <option key={id} value={id}>{`${language} (${version})`}</option>
          ))}
        </Select>
        <TextField
          label={text.run.entrypoint}
          hint={text.run.entrypointHint}
          value={options.entrypoint ?? ''}
          onChange={({ target }) => onChange({ ...options, entrypoint: target.value || undefined })}
        />
        <TextArea
          label={text.run.args}
          hint={text.run.argsHint}
          rows={2}
          value={options.args?.join('\n') ?? ''}
          onChange={({ target }) => onChange({ ...options, args: target.value ? target.value.split('\n') : undefined })}
        />
        <TextArea
          label={text.run.stdin}
          rows={3}
          value={options.stdin ?? ''}
          onChange={({ target }) => onChange({ ...options, stdin: target.value || undefined })}
        />
      </div>
    </details>
  );
}
