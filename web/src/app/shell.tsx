import { Search, User } from 'lucide-react';
import {
  type ReactNode,
  type RefObject,
  Suspense,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { createPortal } from 'react-dom';
import { Link, NavLink, Outlet, useLocation } from 'react-router';
import { readFragment } from '../api/generated/fragment-masking.ts';
import { QuotaLineFragmentDoc } from '../api/generated/graphql.ts';
import { NotificationBell } from '../features/notification/notification.bell.tsx';
import { useSession } from '../features/session/session.tsx';
import { useFirstText, useFormats } from '../text/text.tsx';
import { ButtonLink, IconButton } from '../ui/button.tsx';
import { ActionFailure, Skeleton } from '../ui/notice.tsx';
import { OnDemand } from '../ui/on.demand.tsx';
import { toKeyLabel, useShortcut } from './keys.ts';
import { lazyPage, preload } from './lazy.page.ts';
import styles from './shell.module.css';

const loadPalette = () => import('./palette.tsx');
const Palette = lazyPage(loadPalette);
const ShortcutList = lazyPage(() => import('./shortcut.list.tsx'));
const loadAccountMenu = () => import('./account.menu.tsx');
const AccountMenu = lazyPage(loadAccountMenu);
const SLOT = 'shell-slot';
const IDLE_AFTER_MS = 1_500;

/** What every page has around it. */
export function Shell() {
  const text = useFirstText();
  const { state, signOut } = useSession();
  const { pathname } = useLocation();
  const palette = usePalette();
  const [isHelpOpen, setHelpOpen] = useState(false);
  useShortcut('mod+/', () => setHelpOpen((open) => !open));
  const account = <IconButton label={text.shell.account} icon={User} aria-haspopup="menu" />;
  const isWorkspace = pathname.startsWith('/p/');
  return (
    <div className={`${styles.shell} ${isWorkspace ? styles.fixed : ''}`}>
      <a href="#content" className={styles.skip}>
        {text.skipToContent}
      </a>
      <header className={styles.bar}>
        <Link to="/" className={styles.brand} aria-label={text.product}>
          <img src="/icon.svg" alt="" width="22" height="22" />
          <span>VibeCode</span>
        </Link>
        <div id={SLOT} className={styles.slot} />
        {state === 'in' && !isWorkspace && (
          <nav className={styles.nav} aria-label={text.shell.main}>
            <NavLink to="/projects">{text.shell.projects}</NavLink>
            <NavLink to="/templates">{text.shell.templates}</NavLink>
            <NavLink to="/usage">{text.shell.usage}</NavLink>
            <NavLink to="/billing">{text.shell.billing}</NavLink>
            <NavLink to="/settings">{text.shell.settings}</NavLink>
          </nav>
        )}
        <div className={styles.end}>
          <Quota />
          <PaletteButton onClick={palette.open} />
          {state === 'in' && <NotificationBell />}
          {state === 'out' && (
            <>
              <ButtonLink to="/sign-in" look="quiet">
                {text.shell.signIn}
              </ButtonLink>
              <ButtonLink to="/register" className={styles.wide}>
                {text.shell.register}
              </ButtonLink>
            </>
          )}
          <OnDemand button={account} preload={() => preload(loadAccountMenu)}>
            <AccountMenu trigger={account} />
          </OnDemand>
        </div>
      </header>
      <main id="content" tabIndex={-1} className={styles.main}>
        <ActionFailure action={signOut} />
        <Suspense fallback={<Skeleton />}>
          <Outlet />
        </Suspense>
      </main>
      {palette.isOpen && (
        <>
          {!palette.isReady && <KeyKeeper typed={palette.typedFirst} />}
          <Suspense>
            <Palette
              typedFirst={palette.typedFirst}
              returnTo={palette.returnTo}
              onReady={palette.onReady}
              onClose={palette.close}
              onHelp={() => setHelpOpen(true)}
            />
          </Suspense>
        </>
      )}
      {isHelpOpen && (
        <Suspense>
          <ShortcutList onClose={() => setHelpOpen(false)} />
        </Suspense>
      )}
    </div>
  );
}

/** The palette's state, with what happened before it was loaded: keys that were typed, and what had the focus. */
function usePalette() {
  const [isOpen, setOpen] = useState(false);
  const [isReady, setReady] = useState(false);
  const typedFirst = useRef('');
  const returnTo = useRef<HTMLElement | null>(null);
  // Fetched while nothing else is to do, so that it is there at once.
  useEffect(() => {
    const timer = setTimeout(() => preload(loadPalette), IDLE_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  const open = () => {
    typedFirst.current = '';
    setReady(false);
    returnTo.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    setOpen(true);
  };
  const close = () => setOpen(false);
  useShortcut('mod+k', isOpen ? close : open);
  const onReady = useCallback(() => setReady(true), []);
  return { isOpen, isReady, onReady, open, close, typedFirst, returnTo };
}

const focus = (input: HTMLInputElement | null) => input?.focus();

/** Takes the keys while the palette is on its way. */
function KeyKeeper({ typed }: { readonly typed: RefObject<string> }) {
  const text = useFirstText();
  return (
    <input
      ref={focus}
      className="visually-hidden"
      aria-label={text.shell.palette}
      onChange={({ target }) => {
        typed.current = target.value;
      }}
    />
  );
}

/** What a page puts into the bar at the top. */
export function ShellSlot({ children }: { readonly children: ReactNode }) {
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  useLayoutEffect(() => setSlot(document.getElementById(SLOT)), []);
  return slot && createPortal(children, slot);
}

/** As wide as a search field where there is room, since that is what it opens. */
function PaletteButton({ onClick }: { readonly onClick: () => void }) {
  const text = useFirstText();
  const keys = toKeyLabel('mod+k');
  const label = `${text.shell.palette} (${keys})`;
  return (
    <button type="button" className={styles.palette} title={label} onClick={onClick}>
      <Search size={15} aria-hidden />
      <span>{text.shell.search}</span>
      <kbd>{keys}</kbd>
    </button>
  );
}

function Quota() {
  const text = useFirstText();
  const formats = useFormats();
  const { me } = useSession();
  const quota = readFragment(QuotaLineFragmentDoc, me?.quota);
  if (!quota) return null;
  const taken = quota.usedTokens + quota.heldTokens;
  const label = text.shell.quota(formats.number(taken), formats.number(quota.limitTokens));
  return (
    <Link to="/usage" className={styles.quota} title={label}>
      <span className={styles.track} aria-hidden="true">
        <span style={{ width: `${Math.min(100, (taken / Math.max(1, quota.limitTokens)) * 100)}%` }} />
      </span>
      {formats.compact(taken)} / {formats.compact(quota.limitTokens)}
      <span className="visually-hidden"> {label}</span>
    </Link>
  );
}
