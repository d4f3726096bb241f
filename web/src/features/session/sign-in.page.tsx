import { useMutation } from '@apollo/client/react';
import { type FormEvent, useEffect, useState } from 'react';
import { Link, useLocation, useNavigate, useSearchParams } from 'react-router';
import { LoginDocument, RegisterDocument } from '../../api/generated/graphql.ts';
import { useDeployment } from '../../app/deployment.ts';
import { NEW_PROMPT, readDraft } from '../../app/drafts.ts';
import { useTitle } from '../../app/title.ts';
import { useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Failure, Notice } from '../../ui/notice.tsx';
import { isStartPending } from '../landing/pending.start.ts';
import { toNextPath } from './next.path.ts';
import { useSession } from './session.tsx';
import styles from './sign-in.module.css';

/** `/sign-in` and `/register`. */
export default function SignInPage({ mode }: { readonly mode: 'sign-in' | 'register' }) {
  const text = useText();
  const session = useSession();
  const navigate = useNavigate();
  const { search } = useLocation();
  const [params] = useSearchParams();
  const deployment = useDeployment();
  const [isKept, setKept] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const [login] = useMutation(LoginDocument);
  const [register] = useMutation(RegisterDocument);
  const isRegister = mode === 'register';
  const next = toNextPath(params.get('next'));
  useTitle(isRegister ? text.session.registerTitle : text.session.signInTitle);

  useEffect(() => {
    void readDraft<string>(NEW_PROMPT).then((prompt) => setKept(Boolean(prompt) && isStartPending()));
  }, []);
  useEffect(() => {
    if (session.state === 'in') void navigate(next, { replace: true });
  }, [session.state, navigate, next]);

  /** Never rejects. */
  async function attempt(work: () => Promise<unknown>) {
    setBusy(true);
    setFailure(null);
    try {
      await work();
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const email = String(form.get('email'));
    const password = String(form.get('password'));
    void attempt(async () => {
      if (isRegister) {
        const displayName = String(form.get('name'));
        await register({ variables: { input: { email, password, displayName } } });
      } else await login({ variables: { input: { email, password } } });
      await session.refresh();
    });
  }

  return (
    <div className={styles.page}>
      <h1 className={styles.title}>{isRegister ? text.session.registerTitle : text.session.signInTitle}</h1>
      {isKept && <Notice kind="info">{text.landing.keptForLater}</Notice>}
      <form className={styles.form} onSubmit={submit}>
        {isRegister && <TextField label={text.session.name} name="name" autoComplete="name" required maxLength={80} />}
        <TextField label={text.session.email} name="email" type="email" autoComplete="username" required />
        <TextField
          label={text.session.password}
          name="password"
          type="password"
          autoComplete={isRegister ? 'new-password' : 'current-password'}
          minLength={isRegister ? 10 : undefined}
          hint={isRegister ? text.session.passwordHint : undefined}
          required
        />
        <Failure error={failure} />
        <Button type="submit" look="primary" disabled={isBusy}>
          {isRegister ? text.session.register : text.session.signIn}
        </Button>
      </form>
      {deployment?.demo && (
        <div className={styles.demo}>
          <Button disabled={isBusy} onClick={() => void attempt(session.signInAsDemo)}>
            {text.landing.demo}
          </Button>
          <p className={styles.note}>{text.landing.demoNote}</p>
        </div>
      )}
      <p>
        <Link to={{ pathname: isRegister ? '/sign-in' : '/register', search }}>
          {isRegister ? text.session.toSignIn : text.session.toRegister}
        </Link>
      </p>
    </div>
  );
}
