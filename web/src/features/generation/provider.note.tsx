import { useText } from '../../text/text.tsx';
import styles from './generation.module.css';

/** That no language model answered, and how to get one. */
export function BlueprintNote() {
  const text = useText();
  return (
    <div className={styles.note}>
      <p>{text.provider.blueprintSentence}</p>
      <details>
        <summary>{text.provider.blueprintHelp}</summary>
        <p>{text.provider.blueprintHow}</p>
      </details>
    </div>
  );
}
