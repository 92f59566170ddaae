/**
 * Debian packages that the tests and benchmarks run but that must not be installed: kubectl 1.20 would replace the
 * machine's own kubectl, etcd-server would start a daemon. They are downloaded with the machine's own apt and unpacked
 * to `node_modules/.cache/debian/NAME`.
 *
 *   node scripts/unpack-debian.mjs NAME...
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const cache = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../node_modules/.cache/debian');

for (const name of process.argv.slice(2)) {
  if (existsSync(join(cache, name))) continue;
  console.error(`setup: Debian package ${name} is unpacked to node_modules/.cache/debian/${name}, not installed`);
  unpack(name);
}

function unpack(name) {
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, `.${name}-`));
  try {
    // The lists may be absent or older than the mirror: one update, then once more.
    if (!run('apt-get', ['download', '-qq', name], work)) {
      run('apt-get', ['update', '-qq'], work);
      if (!run('apt-get', ['download', '-qq', name], work, 'tell')) stop(`apt-get cannot download ${name}`);
    }
    const [archive] = readdirSync(work).filter((file) => file.endsWith('.deb'));
    if (archive === undefined) stop(`apt-get download ${name} left no package`);
    if (!run('dpkg-deb', ['--extract', archive, 'root'], work, 'tell')) stop(`cannot unpack ${archive}`);
    renameSync(join(work, 'root'), join(cache, name));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function run(command, args, cwd, tell) {
  const { status, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0 && tell) console.error(stderr ?? `${command} is missing`);
  return status === 0;
}

function stop(message) {
  console.error(`setup: ${message}`);
  process.exit(1);
}
