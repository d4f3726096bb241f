import { createContext, type ReactNode, useContext, useMemo } from 'react';
import { en } from './messages.en.ts';
import type { FirstMessages, Messages, PageMessages } from './messages.ts';

export type Language = 'en' | 'de';

interface Texts {
  readonly language: Language;
  /** Those of the pages are added when the first of them is loaded. */
  readonly messages: FirstMessages & Partial<PageMessages>;
}

const Context = createContext<Texts>({ language: 'en', messages: en });

export const LANGUAGES: readonly { readonly value: Language; readonly label: string }[] = [
  { value: 'en', label: 'English' },
  { value: 'de', label: 'Deutsch' },
];

const STORED = 'language';

/** What was chosen, else what the browser prefers. */
export function findLanguage(): Language {
  const stored = localStorage.getItem(STORED);
  if (stored === 'en' || stored === 'de') return stored;
  return navigator.language.toLowerCase().startsWith('de') ? 'de' : 'en';
}

/** The page is loaded again in it. */
export function chooseLanguage(language: Language): void {
  localStorage.setItem(STORED, language);
  location.reload();
}

let current: Texts = { language: 'en', messages: en };

/** The words of the first page. English comes with it; the others when they are read. */
export async function loadTexts(language: Language): Promise<Texts> {
  const messages = language === 'de' ? (await import('./messages.de.ts')).de : en;
  current = { language, messages: { ...messages } };
  return current;
}

/** The words of all other pages, for `loadTexts`'s language. */
export async function loadPageTexts(): Promise<void> {
  const pages = current.language === 'de' ? (await import('./pages.de.ts')).de : (await import('./pages.en.ts')).en;
  Object.assign(current.messages, pages);
}

export function TextProvider({ texts, children }: { readonly texts: Texts; readonly children: ReactNode }) {
  return <Context value={texts}>{children}</Context>;
}

/** For what the first page shows. */
export function useFirstText(): FirstMessages {
  return useContext(Context).messages;
}

/** For pages that `lazyPage` loads: their words are there before they are. */
export function useText(): Messages {
  return useContext(Context).messages as Messages;
}

export interface Formats {
  readonly language: Language;
  number(value: number): string;
  /** `2.7K`, `500K`. */
  compact(value: number): string;
  /** Fractions of a cent are shown: `0.34 ¢`. */
  cents(cents: number): string;
  /** In a currency of ISO 4217: `$20.00`. */
  money(cents: number, currency: string): string;
  /** How well something fits, from 0 to 1: `0.52`. */
  score(score: number): string;
  bytes(bytes: number): string;
  /** `41 ms`, `2.3 s`. */
  duration(ms: number): string;
  date(iso: string): string;
  /** A day without its year, from `2026-11-28`: `Nov 28`. */
  day(day: string): string;
  time(iso: string): string;
  /** `3 minutes ago`. */
  ago(iso: string): string;
}

const AGES: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

function createFormats(language: Language): Formats {
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const compact = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 });
  const cents = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  const score = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
  const day = new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric', timeZone: 'UTC' });
  const time = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  return {
    language,
    number: (value) => number.format(value),
    compact: (value) => compact.format(value),
    cents: (value) => `${cents.format(value)} ¢`,
    money: (value, currency) => new Intl.NumberFormat(language, { style: 'currency', currency }).format(value / 100),
    score: (value) => score.format(value),
    bytes: (value) => (value < 1_000 ? `${value} B` : `${number.format(value / 1_000)} kB`),
    duration: (ms) => (ms < 1_000 ? `${Math.round(ms)} ms` : `${number.format(ms / 1_000)} s`),
    date: (iso) => date.format(new Date(iso)),
    day: (iso) => day.format(new Date(iso)),
    time: (iso) => time.format(new Date(iso)),
    ago(iso) {
      const seconds = (Date.now() - new Date(iso).getTime()) / 1_000;
      const age = AGES.find(([, size]) => seconds >= size);
      return age ? relative.format(-Math.floor(seconds / age[1]), age[0]) : relative.format(0, 'second');
    },
  };
}

export function useFormats(): Formats {
  const { language } = useContext(Context);
  return useMemo(() => createFormats(language), [language]);
}
