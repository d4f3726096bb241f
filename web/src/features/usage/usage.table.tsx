import { Link } from 'react-router';
import type { UsageRowFragment } from '../../api/generated/graphql.ts';
import { useFormats, useText } from '../../text/text.tsx';
import page from '../../ui/page.module.css';
import styles from './usage.module.css';

interface UsageTableProps {
  readonly head: string;
  readonly rows: readonly UsageRowFragment[];
  /** Default: the key itself. */
  readonly toName?: (key: string) => string;
  /** Where the name leads; null for nowhere. Default: nowhere. */
  readonly toLink?: (key: string) => string | null;
  /** Whether a bar shows each row's part of all tokens. Default false. */
  readonly isShared?: boolean;
}

const toTokens = ({ promptTokens, completionTokens }: UsageRowFragment) => promptTokens + completionTokens;

export function UsageTable({ head, rows, toName = (key) => key, toLink = () => null, isShared }: UsageTableProps) {
  const text = useText();
  const formats = useFormats();
  const most = Math.max(1, ...rows.map(toTokens));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <section className={page.scroller} tabIndex={0} aria-label={head}>
      <table className={page.table}>
        <thead>
          <tr>
            <th scope="col">{head}</th>
            <th scope="col">{text.usage.generations}</th>
            <th scope="col">{text.usage.read}</th>
            <th scope="col">{text.usage.written}</th>
            <th scope="col">{text.usage.cost}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const { key, generations, promptTokens, completionTokens, costCents } = row;
            const link = toLink(key);
            return (
              <tr key={key}>
                <td>
                  {link ? <Link to={link}>{toName(key)}</Link> : toName(key)}
                  {isShared && (
                    <span className={styles.share} aria-hidden="true">
                      <span style={{ width: `${(toTokens(row) / most) * 100}%` }} />
                    </span>
                  )}
                </td>
                <td>{formats.number(generations)}</td>
                <td>{formats.number(promptTokens)}</td>
                <td>{formats.number(completionTokens)}</td>
                <td>{formats.cents(costCents)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
