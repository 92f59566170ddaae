import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from './run.ts';

test('run: both outputs, input given, environment replaced', async () => {
  const { stdout, stderr } = await run('sh', ['-c', 'cat; echo "$A" >&2'], {
    input: 'in',
    env: { A: 'b', PATH: '/bin:/usr/bin' },
  });
  assert.deepEqual({ stdout, stderr }, { stdout: 'in', stderr: 'b\n' });
});

test('run: large input to a command that does not read -> its status counts', async () => {
  assert.deepEqual(await run('true', [], { input: 'x'.repeat(1 << 20) }), { stdout: '', stderr: '' });
});

const failures: readonly (readonly [name: string, command: string, args: string[], message: RegExp])[] = [
  [
    'status 3',
    'sh',
    ['-c', 'echo oops >&2; exit 3'],
    /^Cannot run command "sh -c 'echo oops >&2; exit 3'": exit status 3: oops$/,
  ],
  ['says it on standard output', 'sh', ['-c', 'echo why; exit 1'], /exit status 1: why$/],
  ['killed', 'sh', ['-c', 'kill -TERM $$'], /killed by SIGTERM$/],
  ['no such command', '/nonexistent/x', [], /^Cannot run command "\/nonexistent\/x": .*ENOENT/],
];
for (const [name, command, args, message] of failures) {
  test(`run: ${name} -> HOST_COMMAND with the command line and its words`, async () => {
    await assert.rejects(run(command, args), { code: 'HOST_COMMAND', message });
  });
}

test('run: takes too long -> killed, with the limit', async () => {
  await assert.rejects(run('sleep', ['5'], { timeoutMs: 20 }), { message: /killed by SIGKILL after 20 ms$/ });
});

test('run: aborted -> HOST_COMMAND', async () => {
  const controller = new AbortController();
  const running = run('sleep', ['5'], { signal: controller.signal });
  controller.abort();
  await assert.rejects(running, { code: 'HOST_COMMAND' });
});

test('run: takes too long and has started others that live on -> the limit holds', async () => {
  const began = performance.now();
  await assert.rejects(run('sh', ['-c', 'sleep 3; true'], { timeoutMs: 50 }), { message: /after 50 ms/ });
  assert.ok(performance.now() - began < 2000);
});
