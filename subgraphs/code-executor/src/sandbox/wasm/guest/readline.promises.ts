import { promises } from './readline.ts';

export const { createInterface, Interface } = promises;
export default promises;
