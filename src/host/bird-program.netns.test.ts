import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseStatus } from '../bird/parse-status.ts';
import { askBird } from './bird-control.ts';
import { inNetns } from './netns.ts';
import { testNetns } from './testing-netns.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'weft-bird-program-'));
const netns = testNetns();
const children: ChildProcess[] = [];

after(() => {
  for (const child of children) child.kill('SIGKILL');
  netns[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

/** `weft bird ...` in a namespace of its own; `said` is what it writes to standard error. */
function weftBird(...args: readonly string[]): { readonly child: ChildProcess; said(): string } {
  const child = inNetns(netns.path, () =>
    spawn(process.execPath, [main, 'bird', ...args], { stdio: ['ignore', 'ignore', 'pipe'] }),
  );
  children.push(child);
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  return { child, said: () => said };
}

test('weft bird: -> the same process is BIRD, with a first configuration; ends when asked', {
  timeout: 10_000,
}, async () => {
  const [configuration, socket] = [join(folder, 'etc', 'bird.cfg'), join(folder, 'run', 'bird.ctl')];
  const { child, said } = weftBird('--config', configuration, '-s', socket);
  for (;;) {
    const reply = await askBird(socket, 'show status').catch(() => undefined);
    if (reply !== undefined) {
      assert.equal(parseStatus(reply).routerId, '0.0.0.1');
      break;
    }
    assert.equal(child.exitCode, null, said());
    await sleep(20);
  }
  assert.equal(readFileSync(`/proc/${child.pid}/comm`, 'utf8'), 'bird\n');
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

const file = join(folder, 'file');
writeFileSync(file, '');
const refused: readonly [about: string, args: readonly string[], status: number, message: RegExp][] = [
  ['unknown option', ['--nope'], 2, /^Cannot start BIRD: Unknown option '--nope'/],
  ['folder cannot be made', ['-s', join(file, 'x', 'bird.ctl')], 1, /^Cannot make folder ".*x": not a directory\n$/],
];
for (const [about, args, status, message] of refused) {
  test(`weft bird: ${about} -> exit status ${status}`, { timeout: 10_000 }, async () => {
    const { child, said } = weftBird('-c', join(folder, 'bird.cfg'), ...args);
    assert.deepEqual(await once(child, 'close'), [status, null]);
    assert.match(said(), message);
  });
}
