import { useMutation, useQuery } from '@apollo/client/react';
import { ArrowRight } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { CreateProjectDocument, HomeDocument } from '../../api/generated/graphql.ts';
import { useDeployment } from '../../app/deployment.ts';
import { dropDraft, NEW_PROMPT, promptKey, readDraft, writeDraft } from '../../app/drafts.ts';
import { matches } from '../../app/keys.ts';
import { useTitle } from '../../app/title.ts';
import { useText } from '../../text/text.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Failure } from '../../ui/notice.tsx';
import { TERMINAL } from '../generation/generation.stream.ts';
import { toProjectName } from '../project/project.name.ts';
import { useSession } from '../session/session.tsx';
import { HomeLists } from './home.lists.tsx';
import styles from './landing.module.css';
import { isStartPending, setStartPending } from './pending.start.ts';

/** The first page: what this is, and the box to begin with. */
export function LandingPage() {
  const text = useText();
  const session = useSession();
  const navigate = useNavigate();
  const deployment = useDeployment();
  const [prompt, setPrompt] = useState('');
  const [isStarting, setStarting] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  const [createProject] = useMutation(CreateProjectDocument);
  const isIn = session.state === 'in';
  useTitle(null);

  useEffect(() => {
    void readDraft<string>(NEW_PROMPT).then((kept) => kept && setPrompt((typed) => typed || kept));
  }, []);

  const type = (value: string) => {
    setPrompt(value);
    void (value ? writeDraft(NEW_PROMPT, value) : dropDraft(NEW_PROMPT));
  };

  /** Makes the project; its page sends the prompt. */
  const begin = useCallback(
    async (wanted: string) => {
      setStarting(true);
      setFailure(null);
      try {
        const { data } = await createProject({ variables: { input: { name: toProjectName(wanted) } } });
        const id = data?.createProject.id;
        if (!id) throw new Error('The project was not created.');
        await writeDraft(promptKey(id), wanted);
        await dropDraft(NEW_PROMPT);
        setStartPending(false);
        await navigate(`/p/${id}`, { state: { send: true } });
      } catch (error) {
        setFailure(error);
        setStarting(false);
      }
    },
    [createProject, navigate],
  );

  // A prompt that was sent while signed out starts on return.
  useEffect(() => {
    if (!isIn || !isStartPending()) return;
    setStartPending(false);
    void readDraft<string>(NEW_PROMPT).then((kept) => (kept ? begin(kept) : undefined));
  }, [isIn, begin]);

  async function start(wanted: string) {
    if (wanted.trim() === '') return box.current?.focus();
    if (isIn) return begin(wanted);
    await writeDraft(NEW_PROMPT, wanted);
    setStartPending(true);
    await navigate('/sign-in');
  }

  async function startExample(wanted: string) {
    type(wanted);
    if (isIn || !deployment?.demo) return start(wanted);
    await writeDraft(NEW_PROMPT, wanted);
    setStartPending(true);
    await signInAsDemo();
  }

  async function signInAsDemo() {
    setStarting(true);
    setFailure(null);
    try {
      await session.signInAsDemo();
      // What the demo login was asked for starts by itself.
      if (!isStartPending()) setStarting(false);
    } catch (error) {
      setFailure(error);
      setStarting(false);
    }
  }

  return (
    <div className={styles.page}>
      <section className={styles.hero}>
        <h1 className={isIn ? 'visually-hidden' : styles.sentence}>{text.landing.sentence}</h1>
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            void start(prompt);
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
            value={prompt}
            onChange={(event) => type(event.target.value)}
            onKeyDown={(event) => {
              if (!matches(event.nativeEvent, 'mod+Enter')) return;
              event.preventDefault();
              void start(prompt);
            }}
          />
          <div className={styles.actions}>
            <Button type="submit" look="primary" icon={ArrowRight} disabled={isStarting || session.state === 'unknown'}>
              {isStarting ? text.landing.starting : text.landing.start}
            </Button>
          </div>
        </form>
        <Failure error={failure ?? session.error} />
        <h2 className={styles.small}>{text.landing.examplesTitle}</h2>
        <ul className={styles.examples}>
          {text.landing.examples.map((example) => (
            <li key={example.title}>
              <button
                type="button"
                className={styles.example}
                disabled={isStarting || session.state === 'unknown'}
                onClick={() => void startExample(example.prompt)}
              >
                <strong>{example.title}</strong>
                <span>{example.prompt}</span>
              </button>
            </li>
          ))}
        </ul>
        {session.state === 'out' && (
          <div className={styles.enter}>
            {deployment?.demo && (
              <Button disabled={isStarting} onClick={() => void signInAsDemo()}>
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
        )}
      </section>
      {isIn && <Recent />}
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
