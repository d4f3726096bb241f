export const title = '{{title}}';

export const features = [
  { name: 'Fast', text: 'Pages arrive as HTML, before any script runs.' },
  { name: 'Small', text: 'Two dependencies, four files.' },
  { name: 'Yours', text: 'Change the words in content.js and reload.' },
];

export const plans = [
  { name: 'Solo', price: 9, perks: ['One project', 'Mail support'] },
  { name: 'Team', price: 25, perks: ['Ten projects', 'Chat support', 'Shared billing'] },
];
