import { useQuery } from '@apollo/client/react';
import { ArrowRight } from 'lucide-react';
import { useRef } from 'react';
import { Link } from 'react-router';
import { HomeDocument } from '../../api/generated/graphql.ts';
import { useDeployment } from '../../app/deployment.ts';
import { matches } from '../../app/keys.ts';
import { useTitle } from '../../app/title.ts';
import { useText } from '../../text/text.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Failure } from '../../ui/notice.tsx';
import { TERMINAL } from '../generation/generation.stream.ts';
import { useSession } from '../session/session.tsx';
import { HomeLists } from './home.lists.tsx';
import styles from './landing.module.css';
import { type Start, useStart } from './use.start.ts';

/** The first page: what this is, and the box to begin with. */
export function LandingPage() {
  const text = useText();
  const session = useSession();
  const start = useStart();
  const isIn = session.state === 'in';
  const isBlocked = start.isStarting || session.state === 'unknown';
  useTitle(null);
  return (
    <div className={styles.page}>
      <section className={styles.hero}>
        <h1 className={isIn ? 'visually-hidden' : styles.sentence}>{text.landing.sentence}</h1>
        <StartForm start={start} isIn={isIn} isBlocked={isBlocked} />
        <Failure error={start.failure ?? session.error} />
        <h2 className={styles.small}>{text.landing.examplesTitle}</h2>
        <Examples isBlocked={isBlocked} onChoose={(prompt) => void start.startExample(prompt)} />
        {session.state === 'out' && <WaysIn start={start} />}
      </section>
      {isIn && <Recent />}
    </div>
  );
}

interface StartFormProps {
  readonly start: Start;
  readonly isIn: boolean;
  readonly isBlocked: boolean;
}

function StartForm({ start, isIn, isBlocked }: StartFormProps) {
  const text = useText();
  const box = useRef<HTMLTextAreaElement>(null);
  const submit = () => {
    if (start.prompt.trim() === '') box.current?.focus();
    else if (!isBlocked) void start.start();
  };
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <label htmlFor="prompt" className={isIn ? styles.label : 'visually-hidden'}>
        {text.landing.prompt}
      </label>
      <textarea
        id="prompt"
        ref={box}
        className={styles.prompt}
        rows={3}
        placeholder={text.landing.placeholder}
        value={start.prompt}
        onChange={(event) => start.setPrompt(event.target.value)}
        onKeyDown={(event) => {
          if (!matches(event.nativeEvent, 'mod+Enter')) return;
          event.preventDefault();
          submit();
        }}
      />
      <div className={styles.actions}>
        <Button type="submit" look="primary" icon={ArrowRight} disabled={isBlocked}>
          {start.isStarting ? text.landing.starting : text.landing.start}
        </Button>
      </div>
    </form>
  );
}

interface ExamplesProps {
  readonly isBlocked: boolean;
  readonly onChoose: (prompt: string) => void;
}

function Examples({ isBlocked, onChoose }: ExamplesProps) {
  const text = useText();
  return (
    <ul className={styles.examples}>
      {text.landing.examples.map(({ title, prompt }) => (
        <li key={title}>
          <button type="button" className={styles.example} disabled={isBlocked} onClick={() => onChoose(prompt)}>
            <strong>{title}</strong>
            <span>{prompt}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** For who is signed out. */
function WaysIn({ start }: { readonly start: Start }) {
  const text = useText();
  const deployment = useDeployment();
  return (
    <div className={styles.enter}>
      {deployment?.demo && (
        <Button disabled={start.isStarting} onClick={() => void start.signInAsDemo()}>
          {text.landing.demo}
        </Button>
      )}
      <ButtonLink to="/sign-in" look="quiet">
        {text.shell.signIn}
      </ButtonLink>
      <ButtonLink to="/register" look="quiet">
        {text.shell.register}
      </ButtonLink>
    </div>
  );
}

function Recent() {
  const text = useText();
  const { data, error } = useQuery(HomeDocument, { fetchPolicy: 'cache-and-network', errorPolicy: 'all' });
  if (!data) return <Failure error={error} />;
  const { projects, generations } = data.me;
  const running = (generations?.nodes ?? []).filter(({ status }) => !TERMINAL.has(status));
  return (
    <>
      <Failure error={error} />
      {projects && <HomeLists projects={projects} running={running} />}
      {projects && projects.totalCount > projects.nodes.length && (
        <p className={styles.all}>
          <Link to="/projects">{text.landing.all(String(projects.totalCount))}</Link>
        </p>
      )}
    </>
  );
}
