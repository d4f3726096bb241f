import type { Messages } from './text.tsx';
import { en } from './messages.en.ts';

export const de: Messages = en;
