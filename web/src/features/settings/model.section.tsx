import { useQuery } from '@apollo/client/react';
import { ModelsDocument } from '../../api/generated/graphql.ts';
import { useDeployment } from '../../app/deployment.ts';
import { useFormats, useText } from '../../text/text.tsx';
import { Failure, Notice, Skeleton } from '../../ui/notice.tsx';
import page from '../../ui/page.module.css';

export function ModelSection() {
  const text = useText();
  const formats = useFormats();
  const deployment = useDeployment();
  const { data, error } = useQuery(ModelsDocument, { fetchPolicy: 'cache-and-network', errorPolicy: 'all' });
  if (!data) return error ? <Failure error={error} /> : <Skeleton />;
  const isBlueprintAlone = data.models.every(({ provider }) => provider === 'blueprint');
  return (
    <section className={page.section} aria-labelledby="models">
      <h2 id="models">{text.settings.sections.models}</h2>
      {isBlueprintAlone && (
        <Notice kind="warning">
          {text.provider.noModel} {text.provider.blueprintHow}
        </Notice>
      )}
      <table className={page.table}>
        <thead>
          <tr>
            <th scope="col">{text.settings.models.id}</th>
            <th scope="col">{text.settings.models.provider}</th>
            <th scope="col">{text.settings.models.context}</th>
            <th scope="col">{text.settings.models.state}</th>
          </tr>
        </thead>
        <tbody>
          {data.models.map(({ id, provider, available, contextTokens, default: isDefault }) => (
            <tr key={id}>
              <td>{id}</td>
              <td>{provider}</td>
              <td>{contextTokens === null ? '–' : text.generation.tokens(formats.number(contextTokens))}</td>
              <td>
                {available ? text.settings.models.available : text.settings.models.away}
                {isDefault && `, ${text.settings.models.default}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {deployment && deployment.embedded.length > 0 && (
        <p>
          <strong>{text.landing.embedded}</strong>: {text.landing.embeddedSentence(deployment.embedded.join(', '))}
        </p>
      )}
    </section>
  );
}
