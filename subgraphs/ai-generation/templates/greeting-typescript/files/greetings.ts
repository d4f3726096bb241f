const greetings = {
  en: (name: string) => `Hello, ${name}!`,
  fr: (name: string) => `Bonjour, ${name} !`,
  de: (name: string) => `Hallo, ${name}!`,
  es: (name: string) => `¡Hola, ${name}!`,
  ja: (name: string) => `こんにちは、${name}さん！`,
} as const;

export type Locale = keyof typeof greetings;

export const locales = Object.keys(greetings) as Locale[];

export function isLocale(text: string): text is Locale {
  return Object.hasOwn(greetings, text);
}

export function greet(name: string, locale: Locale): string {
  return greetings[locale](name);
}
