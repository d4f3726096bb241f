export const services = [
  { name: 'Website', up: true, latenciesMs: [42, 40, 45, 61, 44] },
  { name: 'Search', up: true, latenciesMs: [120, 131, 98, 110, 125] },
  { name: 'Payments', up: false, latenciesMs: [80, 95, 240, 610, 0] },
];
