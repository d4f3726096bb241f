/** How many of the last notifications the page knows; the rest stay at the server. */
export const INBOX_SIZE = 15;
