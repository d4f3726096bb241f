import { promises } from './fs.ts';

export const {
  readFile,
  writeFile,
  appendFile,
  access,
  stat,
  lstat,
  readdir,
  mkdir,
  mkdtemp,
  unlink,
  rm,
  rmdir,
  rename,
  copyFile,
} = promises;
export { constants } from './fs.ts';
export default promises;
