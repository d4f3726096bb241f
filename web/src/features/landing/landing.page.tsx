import { ArrowRight } from 'lucide-react';
import { Suspense, useEffect, useRef, useState } from 'react';
import { useDeployment } from '../../app/deployment.ts';
import { matches, toKeyLabel } from '../../app/keys.ts';
import { lazyPage } from '../../app/lazy.page.ts';
import { useTitle } from '../../app/title.ts';
import { useFirstText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { Failure, Skeleton } from '../../ui/notice.tsx';
import { useSession } from '../session/session.tsx';
import styles from './landing.module.css';
import { type Start, useStart } from './use.start.ts';

const HomeLists = lazyPage(() => import('./home.lists.tsx'));

/** The first page: what this is, and the box to begin with. */
export function LandingPage() {
  const text = useFirstText();
  const session = useSession();
  const start = useStart();
  const isIn = session.state === 'in';
  const isBlocked = start.isStarting || session.state === 'unknown';
  useTitle(null);
  return (
    <div className={styles.page}>
      <section className={styles.hero}>
        <h1 className={isIn ? styles.question : styles.sentence}>
          {isIn ? text.landing.prompt : text.landing.sentence}
        </h1>
        <StartForm start={start} isBlocked={isBlocked} />
        <Failure error={start.failure ?? session.error} />
        {session.state === 'out' && <DemoDoor start={start} />}
        <h2 className={styles.small}>{text.landing.examplesTitle}</h2>
        <Examples isBlocked={isBlocked} onChoose={(prompt) => void start.startExample(prompt)} />
      </section>
      {session.state === 'out' && <About />}
      {isIn && !start.isStarting && (
        <Suspense fallback={<Skeleton />}>
          <HomeLists />
        </Suspense>
      )}
    </div>
  );
}

interface StartFormProps {
  readonly start: Start;
  readonly isBlocked: boolean;
}

function StartForm({ start, isBlocked }: StartFormProps) {
  const text = useFirstText();
  const box = useRef<HTMLTextAreaElement>(null);
  const [isWaiting, setWaiting] = useState(false);
  const submit = () => {
    if (start.prompt.trim() === '') box.current?.focus();
    else if (!isBlocked) void start.start();
    else if (!start.isStarting) setWaiting(true);
  };
  // Sent before the page knew who is signed in: it starts as soon as that is known.
  useEffect(() => {
    if (!isWaiting || isBlocked) return;
    setWaiting(false);
    if (start.prompt.trim() !== '') void start.start();
  }, [isWaiting, isBlocked, start]);
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <label htmlFor="prompt" className="visually-hidden">
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
        <span className={styles.keys}>{toKeyLabel('mod+Enter')}</span>
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
  const text = useFirstText();
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

/** One click for who is signed out and only wants to see it work. */
function DemoDoor({ start }: { readonly start: Start }) {
  const text = useFirstText();
  const deployment = useDeployment();
  if (!deployment?.demo) return null;
  return (
    <div className={styles.enter}>
      <Button disabled={start.isStarting} onClick={() => void start.signInAsDemo()}>
        {text.landing.demo}
      </Button>
      <p>{text.landing.demoNote}</p>
    </div>
  );
}

/** What this installation is made of, said before anybody signs in. */
function About() {
  const text = useFirstText();
  const deployment = useDeployment();
  if (!deployment || deployment.embedded.length === 0) return null;
  return (
    <div className={styles.about}>
      <p>
        <strong>{text.landing.embedded}</strong>: {text.landing.embeddedSentence(deployment.embedded.join(', '))}
      </p>
      <p>{text.landing.embeddedHow}</p>
    </div>
  );
}
