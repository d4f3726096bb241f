/** Newest first. `slug` is the name of the file. */
export const posts = [
  {
    slug: 'second-post',
    title: 'Markup & safety',
    date: '2026-02-03',
    paragraphs: ['Preact escapes what it renders: 1 < 2 && 3 > 2 is no markup.', 'Components keep pages alike.'],
  },
  {
    slug: 'first-post',
    title: 'Hello',
    date: '2026-01-15',
    paragraphs: ['This is the first post.'],
  },
];
