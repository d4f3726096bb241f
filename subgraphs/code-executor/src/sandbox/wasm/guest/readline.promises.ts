import { promises } from './readline.ts';

export { createPromisesInterface as createInterface, PromisesInterface as Interface } from './readline.ts';
export default promises;
