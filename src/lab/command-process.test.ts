import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { test } from 'node:test';
import { startCommand } from './command-process.ts';
import { killTree } from './kill-tree.ts';
import { identifyProcess, isRunning } from './process-identity.ts';

test('kill tree: children, grandchildren and orphans of its session -> all end, nobody else', async (t) => {
  const bystander = spawn('sleep', ['600']);
  t.after(() => bystander.kill('SIGKILL'));
  // The inner shell ends at once: its sleep belongs to nobody but the session.
  const script = 'trap "" TERM HUP; sleep 600 & echo $!; sh -c "sleep 600 & echo \\$!"; while :; do sleep 0.05; done';
  const child = spawn('sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  while (text.split('\n').length < 3) text += String((await once(child.stdout, 'data'))[0]);
  const root = identifyProcess(child.pid ?? 0);
  const others = text
    .trim()
    .split('\n')
    .map((pid) => identifyProcess(Number(pid)));
  const other = identifyProcess(bystander.pid ?? 0);
  assert.ok(root !== undefined && other !== undefined && others.length === 2);
  const ended = once(child, 'exit');
  await killTree(root, 100);
  assert.deepEqual((await ended)[1], 'SIGKILL');
  for (const one of others) assert.ok(one !== undefined && !isRunning(one));
  assert.ok(isRunning(other));
});

test('command with pipes: /dev/stdout can be opened, outputs apart, status', async () => {
  const command = startCommand(['sh', '-c', 'echo a > /dev/stdout; echo b > /dev/stderr; exit 4'], {
    ...{ tty: false, stdin: false, environment: process.env },
  });
  const texts = [command.stdout, command.stderr].map(async (from) =>
    Buffer.concat((await from?.toArray()) ?? []).toString(),
  );
  assert.deepEqual([...(await Promise.all(texts)), await command.ended], ['a\n', 'b\n', 4]);
});

test('command on a terminal: size, echo, hang-up', async () => {
  const inside = ['setsid', '--ctty', '--wait', 'sh', '-c', 'stty size; read line; stty size; exec sleep 600'];
  // As in a container: what makes the session leads no group of processes yet.
  const words = ['sh', '-c', '"$@"; exit $?', 'sh', ...inside];
  const command = startCommand(words, { tty: true, stdin: true, environment: process.env });
  let text = '';
  const until = async (pattern: RegExp) => {
    while (!pattern.test(text)) text += String((await once(command.stdout, 'data'))[0]);
  };
  await until(/24 80\r\n/);
  command.resize(111, 33);
  command.stdin?.write('go\n');
  await until(/go\r\n33 111\r\n/);
  command.close();
  assert.equal(await command.ended, 128 + constants.signals.SIGHUP);
});

test('command that does not exist: -> said at once', () => {
  assert.throws(() => startCommand(['/no/such/program'], { tty: false, stdin: true, environment: {} }), {
    code: 'LAB_START',
  });
});
