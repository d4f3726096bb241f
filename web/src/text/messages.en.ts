/** The words of the first page. Short, lower-case only where the product's own names are, no exclamation marks. */
export const en = {
  product: 'VibeCode AI',
  loading: 'Loading',
  tryAgain: 'Try again',
  close: 'Close',
  cancel: 'Cancel',
  save: 'Save',
  saved: 'Saved',
  more: 'Show more',
  skipToContent: 'Skip to content',

  errors: {
    OFFLINE: 'The server does not answer. What you typed is kept here; try again in a moment.',
    RATE_LIMITED: 'Too many requests in a minute. Wait a little, then try again.',
    AUTH_INVALID_CREDENTIALS: 'The e-mail address or the password is wrong. Check both and try again.',
    AUTH_EMAIL_TAKEN: 'There is an account with this address already. Sign in, or use another address.',
    UNAUTHENTICATED: 'You are signed out. Sign in again; what you typed is kept.',
    NOT_FOUND: 'This is not here, or it is not yours to see.',
  },

  notFound: {
    title: 'Nothing here',
    body: 'The address leads nowhere, or to something that is not yours to see.',
    home: 'Go to the start',
  },

  crash: {
    title: 'This page stopped working',
    body: 'Your drafts are kept. Load the page again to go on.',
    reload: 'Load again',
  },

  shell: {
    billing: 'Billing',
    unread: (count: number) => (count === 0 ? 'Notifications' : `Notifications, ${count} unread`),
    projects: 'Projects',
    templates: 'Templates',
    usage: 'Usage',
    settings: 'Settings',
    api: 'API',
    signIn: 'Sign in',
    register: 'Register',
    signOut: 'Sign out',
    account: 'Account',
    main: 'Main',
    theme: { label: 'Theme', system: 'as the system', light: 'light', dark: 'dark' },
    language: 'Language',
    palette: 'Commands',
    quota: (used: string, limit: string) => `${used} of ${limit} tokens`,
    search: 'Search',
    start: 'Start',
  },

  landing: {
    embedded: 'embedded',
    embeddedSentence: (what: string) => `Everything runs in one process on this machine: ${what}.`,
    embeddedHow: 'The data is on this machine too. Name real services by their settings to use those instead.',
    sentence: 'Say what you want to build. VibeCode AI writes the files, runs them, and shows you everything it did.',
    prompt: 'What should it build?',
    placeholder: 'A command line todo list in JavaScript',
    start: 'Build it',
    examplesTitle: 'Or start with one of these',
    examples: [
      { title: 'To-do list', prompt: 'A command line todo list in JavaScript' },
      { title: 'Sales report', prompt: 'A Python program that reads sales from a CSV file and prints a report' },
      { title: 'Game of Life', prompt: "Conway's Game of Life in the terminal, in JavaScript" },
    ],
    demo: 'Try it with the demo account',
    demoNote:
      'Nothing to fill in: the demo account lives on this machine only. The examples below start with it at once.',
    starting: 'Starting',
    recent: 'Recent projects',
    all: (count: string) => `All projects (${count})`,
    running: 'At work now',
    none: 'No projects yet. The first one starts with a prompt above.',
    keptForLater: 'Your prompt is kept. It starts once you are signed in.',
  },
};
