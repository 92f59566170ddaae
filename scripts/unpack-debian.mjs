/**
 * Debian packages that the tests, the labs and the benchmarks run but that must not be installed: kubectl 1.20 would
 * replace the machine's own kubectl, etcd-server would start a daemon, bird 1.6 would take the place of bird2. They are
 * downloaded with the machine's own apt, each with the packages it needs that are not installed here (its libraries
 * and modules), and unpacked together to `node_modules/.cache/debian/NAME`.
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
    if (!download(name, work)) {
      run('apt-get', ['update', '-qq'], work);
      if (!download(name, work, 'tell')) stop(`apt-get cannot download ${name}`);
    }
    const archives = readdirSync(work).filter((file) => file.endsWith('.deb'));
    if (archives.length === 0) stop(`apt-get download ${name} left no package`);
    for (const archive of archives) {
      const extracted = run('dpkg-deb', ['--extract', archive, 'root'], work, 'tell') !== undefined;
      if (!extracted) stop(`cannot unpack ${archive}`);
    }
    renameSync(join(work, 'root'), join(cache, name));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The package and what an installation would bring with it; true when all of it is there. */
function download(name, work, tell) {
  const plan = run('apt-get', ['install', '--simulate', '--no-install-recommends', name], work, tell);
  if (plan === undefined) return false;
  const missing = [...plan.matchAll(/^Inst (\S+)/gm)].map(([, one]) => one);
  return run('apt-get', ['download', '-qq', ...new Set([name, ...missing])], work, tell) !== undefined;
}

/** What the command printed; `undefined` when it failed. */
function run(command, args, cwd, tell) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0 && tell) console.error(stderr ?? `${command} is missing`);
  return status === 0 ? stdout : undefined;
}

function stop(message) {
  console.error(`setup: ${message}`);
  process.exit(1);
}
