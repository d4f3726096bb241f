import { useMutation } from '@apollo/client/react';
import { useCallback, useEffect, useState } from 'react';
import { useNavigate } from 'react-router';
import { CreateProjectDocument } from '../../api/generated/graphql.ts';
import { useDeployment } from '../../app/deployment.ts';
import { dropDraft, NEW_PROMPT, promptKey, readDraft, writeDraft } from '../../app/drafts.ts';
import { toProjectName } from '../project/project.name.ts';
import { useSession } from '../session/session.tsx';
import { isStartPending, setStartPending } from './pending.start.ts';

export interface Start {
  readonly prompt: string;
  readonly isStarting: boolean;
  readonly failure: unknown;
  /** Keeps what is typed over a reload. */
  setPrompt(prompt: string): void;
  /**
   * Makes a project of the prompt; who is signed out signs in first, and it starts on return. Never rejects: what goes wrong
   * is in `failure`.
   */
  start(): Promise<void>;
  /** The same with an example, which the demo account starts where there is one. Never rejects. */
  startExample(prompt: string): Promise<void>;
  /** Never rejects. */
  signInAsDemo(): Promise<void>;
}

/** From a prompt to a project that works on it, with the sign-in between where that is needed. */
export function useStart(): Start {
  const session = useSession();
  const navigate = useNavigate();
  const deployment = useDeployment();
  const [prompt, setText] = useState('');
  const { begin, isStarting, setStarting, failure, setFailure } = useBegin();
  const isIn = session.state === 'in';

  useEffect(() => {
    void readDraft<string>(NEW_PROMPT).then((kept) => kept && setText((typed) => typed || kept));
  }, []);

  // A prompt that was sent while signed out starts on return.
  useEffect(() => {
    if (!isIn || !isStartPending()) return;
    setStartPending(false);
    void readDraft<string>(NEW_PROMPT).then((kept) => (kept ? begin(kept) : undefined));
  }, [isIn, begin]);

  const setPrompt = (value: string) => {
    setText(value);
    void (value ? writeDraft(NEW_PROMPT, value) : dropDraft(NEW_PROMPT));
  };

  /** Never rejects. */
  async function keepForLater(wanted: string) {
    await writeDraft(NEW_PROMPT, wanted);
    setStartPending(true);
  }

  /** Never rejects. */
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

  /** Never rejects. */
  async function start(wanted = prompt) {
    if (isIn) return begin(wanted);
    await keepForLater(wanted);
    await navigate('/sign-in');
  }

  /** Never rejects. */
  async function startExample(wanted: string) {
    setPrompt(wanted);
    if (isIn || !deployment?.demo) return start(wanted);
    await keepForLater(wanted);
    await signInAsDemo();
  }

  return { prompt, isStarting, failure, setPrompt, start: () => start(), startExample, signInAsDemo };
}

/** Makes the project; its page sends the prompt. */
function useBegin() {
  const navigate = useNavigate();
  const [createProject] = useMutation(CreateProjectDocument);
  const [isStarting, setStarting] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  /** Never rejects. */
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
  return { begin, isStarting, setStarting, failure, setFailure };
}
