export const posts = [
  { slug: 'hello-world', title: 'Hello, world', date: '2026-01-05', paragraphs: ['The first post.', 'With <3.'] },
  { slug: 'second', title: 'On second thought', date: '2026-02-11', paragraphs: ['It continues.'] },
];
