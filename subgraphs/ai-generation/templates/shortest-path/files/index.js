import { Graph } from './graph.js';

const roads = Graph.from([
  ['Lisbon', 'Madrid', 625],
  ['Madrid', 'Barcelona', 620],
  ['Madrid', 'Paris', 1110],
  ['Barcelona', 'Milan', 980],
  ['Paris', 'Berlin', 1050],
  ['Milan', 'Vienna', 870],
  ['Vienna', 'Berlin', 680],
]);

const [from = 'Lisbon', to = 'Vienna'] = process.argv.slice(2);
const route = roads.findPath(from, to);

console.log('{{title}}');
if (route) {
  console.log(`${route.path.join(' → ')} (${route.distance} km)`);
} else {
  console.error(`There is no way from ${from} to ${to}. Known: ${roads.nodes.join(', ')}.`);
  process.exitCode = 1;
}
