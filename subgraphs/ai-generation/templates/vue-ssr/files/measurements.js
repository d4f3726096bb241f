export const measurements = [
  { city: 'Oslo', celsius: -3 },
  { city: 'Lisbon', celsius: 16 },
  { city: 'Nairobi', celsius: 23 },
];
