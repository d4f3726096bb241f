import { type ComponentPropsWithRef, useId } from 'react';
import styles from './field.module.css';

interface Labelled {
  readonly label: string;
  readonly hint?: string;
}

export function TextField({ label, hint, ...rest }: Labelled & ComponentPropsWithRef<'input'>) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      <input id={id} className={styles.input} aria-describedby={hint && `${id}-hint`} {...rest} />
      {hint && (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
    </div>
  );
}

export function TextArea({ label, hint, ...rest }: Labelled & ComponentPropsWithRef<'textarea'>) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      <textarea id={id} className={styles.input} aria-describedby={hint && `${id}-hint`} {...rest} />
      {hint && (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** A choice among a few, named by its `aria-label`. */
export function Select({ label, className, ...rest }: { label: string } & ComponentPropsWithRef<'select'>) {
  return <select aria-label={label} className={`${styles.select} ${className ?? ''}`} {...rest} />;
}

/** A choice among a few, as a field of a form. */
export function SelectField({ label, ...rest }: { label: string } & ComponentPropsWithRef<'select'>) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      <select id={id} className={styles.input} {...rest} />
    </div>
  );
}

export function Checkbox({ label, ...rest }: { label: string } & ComponentPropsWithRef<'input'>) {
  return (
    <label className={styles.check}>
      <input type="checkbox" {...rest} />
      {label}
    </label>
  );
}
