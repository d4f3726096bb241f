import { useMutation, useQuery } from '@apollo/client/react';
import { PreferencesDocument, SetPreferencesDocument } from '../../api/generated/graphql.ts';
import { useText } from '../../text/text.tsx';
import { Checkbox } from '../../ui/field.tsx';
import { Failure, Skeleton } from '../../ui/notice.tsx';
import page from '../../ui/page.module.css';

export function PreferenceSection() {
  const text = useText();
  const { data, error } = useQuery(PreferencesDocument, { errorPolicy: 'all' });
  const [set, result] = useMutation(SetPreferencesDocument, {
    update: (cache, { data: changed }) => {
      if (changed) cache.writeQuery({ query: PreferencesDocument, data: { preferences: changed.setPreferences } });
    },
  });
  if (!data) return error ? <Failure error={error} /> : <Skeleton />;
  return (
    <section className={page.section} aria-labelledby="preferences">
      <h2 id="preferences">{text.settings.sections.notifications}</h2>
      <p>{text.settings.notifications.intro}</p>
      <Failure error={error ?? result.error} />
      <div>
        {data.preferences.map(({ topic, channel, enabled }) => (
          <Checkbox
            key={`${topic}:${channel}`}
            label={`${text.settings.notifications.topics[topic] ?? topic} (${text.settings.notifications.channels[channel]})`}
            checked={enabled}
            disabled={result.loading}
            onChange={(event) =>
              set({ variables: { input: [{ topic, channel, enabled: event.target.checked }] } }).catch(() => undefined)
            }
          />
        ))}
      </div>
    </section>
  );
}
