import type { en as first } from './messages.en.ts';
import type { en as pages } from './pages.en.ts';

/** The words that every language has; English is the one the others are measured by. */
export type FirstMessages = typeof first;
export type PageMessages = typeof pages;
export type Messages = FirstMessages & PageMessages;
