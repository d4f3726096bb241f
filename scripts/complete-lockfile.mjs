// Completes package-lock.json with the optional packages for other platforms that a registry mirror did not carry when
// the lockfile was written. Without them `npm ci` refuses the lockfile, on every platform.
//   node scripts/complete-lockfile.mjs       after `npm install` of a package with binaries
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const path = join(import.meta.dirname, '..', 'package-lock.json');
const lock = JSON.parse(readFileSync(path, 'utf8'));
const OS = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'aix', 'win32'];
const CPU = ['arm64', 'arm', 'x64', 'ia32', 'loong64', 'mips64el', 'mipsel', 'ppc64', 'riscv64', 's390x', 'wasm32'];

/** `@swc/core-linux-arm-gnueabihf` -> { os: ['linux'], cpu: ['arm'] } */
function toPlatform(name) {
  const parts = name.split(/[-/]/);
  const os = OS.filter((candidate) => parts.includes(candidate));
  const cpu = CPU.filter((candidate) => parts.includes(candidate)).slice(0, 1);
  return { ...(os.length && { os }), ...(cpu.length && { cpu }) };
}

function isLocked(owner, name) {
  for (let at = owner; ; at = at.slice(0, at.lastIndexOf('/node_modules/'))) {
    if (lock.packages[`${at}/node_modules/${name}`.replace(/^\//, '')]) return true;
    if (!at.includes('/node_modules/')) return Boolean(lock.packages[`node_modules/${name}`]);
  }
}

let added = 0;
for (const [owner, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (!owner || isLocked(owner, name)) continue;
    const platform = toPlatform(name);
    if (!platform.os && !platform.cpu) continue;
    lock.packages[`node_modules/${name}`] = {
      version: version.replace(/^[\^~]/, ''),
      ...(entry.dev && { dev: true }),
      optional: true,
      ...platform,
    };
    added++;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${added} packages for other platforms added\n`);
