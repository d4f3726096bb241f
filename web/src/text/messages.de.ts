import type { FirstMessages } from './messages.ts';

export const de: FirstMessages = {
  product: 'VibeCode AI',
  loading: 'Lädt',
  tryAgain: 'Noch einmal versuchen',
  close: 'Schließen',
  cancel: 'Abbrechen',
  save: 'Speichern',
  saved: 'Gespeichert',
  more: 'Mehr zeigen',
  skipToContent: 'Zum Inhalt',

  errors: {
    OFFLINE: 'Der Server antwortet nicht. Was du geschrieben hast, bleibt hier; versuche es gleich noch einmal.',
    RATE_LIMITED: 'Zu viele Anfragen in einer Minute. Warte ein wenig und versuche es dann noch einmal.',
    AUTH_INVALID_CREDENTIALS:
      'Die E-Mail-Adresse oder das Passwort stimmt nicht. Prüfe beide und versuche es noch einmal.',
    AUTH_EMAIL_TAKEN: 'Mit dieser Adresse gibt es schon ein Konto. Melde dich an oder nimm eine andere Adresse.',
    UNAUTHENTICATED: 'Du bist abgemeldet. Melde dich wieder an; was du geschrieben hast, bleibt erhalten.',
    NOT_FOUND: 'Das gibt es hier nicht, oder du darfst es nicht sehen.',
  },

  notFound: {
    title: 'Hier ist nichts',
    body: 'Die Adresse führt nirgendwohin, oder zu etwas, das du nicht sehen darfst.',
    home: 'Zum Anfang',
  },

  crash: {
    title: 'Diese Seite ist stehen geblieben',
    body: 'Deine Entwürfe sind noch da. Lade die Seite neu, um weiterzumachen.',
    reload: 'Neu laden',
  },

  shell: {
    billing: 'Abrechnung',
    unread: (count) => (count === 0 ? 'Benachrichtigungen' : `Benachrichtigungen, ${count} ungelesen`),
    projects: 'Projekte',
    templates: 'Vorlagen',
    usage: 'Verbrauch',
    settings: 'Einstellungen',
    api: 'API',
    signIn: 'Anmelden',
    register: 'Registrieren',
    signOut: 'Abmelden',
    account: 'Konto',
    main: 'Hauptseiten',
    theme: { label: 'Farben', system: 'wie das System', light: 'hell', dark: 'dunkel' },
    language: 'Sprache',
    palette: 'Befehle',
    quota: (used, limit) => `${used} von ${limit} Tokens`,
    search: 'Suchen',
    start: 'Anfang',
  },

  landing: {
    embedded: 'Eingebettet',
    embeddedSentence: (what) => `Alles läuft in einem Prozess auf diesem Rechner: ${what}.`,
    embeddedHow:
      'Auch die Daten liegen auf diesem Rechner. Nenne echte Dienste in den Einstellungen des Servers, um die zu benutzen.',
    sentence:
      'Sag, was du bauen willst. VibeCode\u00a0AI schreibt die Dateien, führt sie aus und zeigt dir alles, was dabei geschehen ist.',
    prompt: 'Was soll gebaut werden?',
    placeholder: 'Eine Aufgabenliste (todo list) für die Kommandozeile in JavaScript',
    start: 'Bauen',
    examplesTitle: 'Oder beginne mit einem davon',
    examples: [
      { title: 'Aufgabenliste', prompt: 'Eine Aufgabenliste (todo list) für die Kommandozeile in JavaScript' },
      {
        title: 'Verkaufsbericht',
        prompt: 'Ein Python-Programm, das Verkäufe (sales) aus einer CSV-Datei liest und einen report ausgibt',
      },
      { title: 'Game of Life', prompt: 'Conways Game of Life im Terminal, in JavaScript' },
    ],
    demo: 'Mit dem Demo-Konto ausprobieren',
    demoNote:
      'Nichts auszufüllen: Das Demo-Konto gibt es nur auf diesem Rechner. Die Beispiele unten beginnen sofort damit.',
    starting: 'Beginnt',
    recent: 'Letzte Projekte',
    all: (count) => `Alle Projekte (${count})`,
    running: 'Gerade in Arbeit',
    none: 'Noch keine Projekte. Das erste beginnt mit einem Prompt hier oben.',
    keptForLater: 'Dein Prompt ist gemerkt. Er beginnt, sobald du angemeldet bist.',
  },
};
