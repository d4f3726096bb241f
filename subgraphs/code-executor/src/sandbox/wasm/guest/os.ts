export const EOL = '\n';
export const platform = (): string => 'linux';
export const type = (): string => 'Linux';
export const arch = (): string => 'wasm32';
export const release = (): string => '0';
export const hostname = (): string => 'sandbox';
export const homedir = (): string => '/work';
export const tmpdir = (): string => '/tmp';
export const cpus = (): object[] => [{ model: 'WebAssembly', speed: 0, times: {} }];
export const availableParallelism = (): number => 1;
export const totalmem = (): number => 128 * 1024 * 1024;
export const freemem = (): number => 64 * 1024 * 1024;
export const uptime = (): number => 0;
export const loadavg = (): number[] => [0, 0, 0];
export const networkInterfaces = (): object => ({});
export const userInfo = (): object => ({ username: 'sandbox', uid: 65534, gid: 65534, shell: null, homedir: '/work' });

export default {
  EOL,
  platform,
  type,
  arch,
  release,
  hostname,
  homedir,
  tmpdir,
  cpus,
  availableParallelism,
  totalmem,
  freemem,
  uptime,
  loadavg,
  networkInterfaces,
  userInfo,
};
