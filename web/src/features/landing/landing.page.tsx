import { ArrowRight } from 'lucide-react';
import { lazy, Suspense, useRef } from 'react';
import { useDeployment } from '../../app/deployment.ts';
import { matches } from '../../app/keys.ts';
import { useTitle } from '../../app/title.ts';
import { useText } from '../../text/text.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Failure, Skeleton } from '../../ui/notice.tsx';
import { useSession } from '../session/session.tsx';
import styles from './landing.module.css';
import { type Start, useStart } from './use.start.ts';

const HomeLists = lazy(() => import('./home.lists.tsx'));

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
      {isIn && (
        <Suspense fallback={<Skeleton />}>
          <HomeLists />
        </Suspense>
      )}
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
