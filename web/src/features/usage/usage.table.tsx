import type { UsageRowFragment } from '../../api/generated/graphql.ts';
import { useFormats, useText } from '../../text/text.tsx';
import page from '../../ui/page.module.css';

interface UsageTableProps {
  readonly head: string;
  readonly rows: readonly UsageRowFragment[];
  /** Default: the key itself. */
  readonly toName?: (key: string) => string;
}

export function UsageTable({ head, rows, toName = (key) => key }: UsageTableProps) {
  const text = useText();
  const formats = useFormats();
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
          {rows.map(({ key, generations, promptTokens, completionTokens, costCents }) => (
            <tr key={key}>
              <td>{toName(key)}</td>
              <td>{formats.number(generations)}</td>
              <td>{formats.number(promptTokens)}</td>
              <td>{formats.number(completionTokens)}</td>
              <td>{formats.cents(costCents)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
