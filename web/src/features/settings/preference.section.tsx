import { useMutation, useQuery } from '@apollo/client/react';
import { type Channel, PreferencesDocument, SetPreferencesDocument } from '../../api/generated/graphql.ts';
import { useText } from '../../text/text.tsx';
import { Failure, Skeleton } from '../../ui/notice.tsx';
import page from '../../ui/page.module.css';

/** What is told by which of the channels that deliver here. */
export function PreferenceSection() {
  const text = useText();
  const { data, error } = useQuery(PreferencesDocument, { errorPolicy: 'all' });
  const [set, result] = useMutation(SetPreferencesDocument, {
    update: (cache, { data: changed }) => {
      if (changed) cache.writeQuery({ query: PreferencesDocument, data: { preferences: changed.setPreferences } });
    },
  });
  if (!data) return error ? <Failure error={error} /> : <Skeleton />;
  const { preferences } = data;
  const channels = [...new Set(preferences.map(({ channel }) => channel))];
  const topics = [...new Set(preferences.map(({ topic }) => topic))];
  const { topics: topicNames, channels: channelNames, intro } = text.settings.notifications;
  const toCell = (topic: string, channel: Channel) => {
    const found = preferences.find((preference) => preference.topic === topic && preference.channel === channel);
    if (!found) return '–';
    return (
      <input
        type="checkbox"
        className={page.check}
        aria-label={`${topicNames[topic] ?? topic} (${channelNames[channel]})`}
        checked={found.enabled}
        onChange={({ target: { checked: enabled } }) => {
          // The box changes at once, and back where the server refuses; the reason then stands above the table.
          const setPreferences = preferences.map((each) => (each === found ? { ...each, enabled } : each));
          // `result` keeps the reason.
          set({
            variables: { input: [{ topic, channel, enabled }] },
            optimisticResponse: { setPreferences },
          }).catch(() => undefined);
        }}
      />
    );
  };
  return (
    <section className={page.section} aria-labelledby="preferences">
      <h2 id="preferences">{text.settings.sections.notifications}</h2>
      <p>{intro}</p>
      <Failure error={error ?? result.error} />
      <table className={page.table}>
        <thead>
          <tr>
            <th scope="col">{text.settings.notifications.topic}</th>
            {channels.map((channel) => (
              <th key={channel} scope="col">
                {channelNames[channel]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {topics.map((topic) => (
            <tr key={topic}>
              <td>{topicNames[topic] ?? topic}</td>
              {channels.map((channel) => (
                <td key={channel}>{toCell(topic, channel)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
