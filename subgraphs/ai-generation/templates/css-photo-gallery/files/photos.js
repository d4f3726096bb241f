'use strict';

/** A landscape as an SVG image, in place of a file: `{ title: 'Dunes', url: 'photos/dunes.jpg' }` does as well. */
function draw(title, sky, ground, height) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300">
    <rect width="400" height="300" fill="${sky}"/><circle cx="300" cy="80" r="35" fill="white" opacity="0.8"/>
    <path d="M0 300 V${300 - height} Q100 ${150 - height / 2} 200 ${280 - height} T400 ${300 - height} V300 Z" fill="${ground}"/></svg>`;
  return { title, url: `data:image/svg+xml,${encodeURIComponent(svg)}` };
}

const PHOTOS = [
  draw('Dunes', '#f2c57c', '#b0703c', 120),
  draw('Fjord', '#9cc9e3', '#2f5d62', 150),
  draw('Lighthouse', '#e8b4bc', '#6e4555', 90),
  draw('Meadow', '#bfe3b4', '#4f772d', 100),
  draw('Glacier', '#cfe8ef', '#7fb7be', 170),
  draw('Dusk', '#3d348b', '#191528', 110),
];
