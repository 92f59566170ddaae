import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { endProcesses } from './end-processes.ts';
import { createLimiter } from './limiter.ts';
import { identifyProcess, isRunning, signalProcess } from './process-identity.ts';

test('identity: a running process -> known; another start time -> not the same, not signalled', () => {
  const own = identifyProcess(process.pid);
  assert.ok(own !== undefined && isRunning(own));
  const earlier = { ...own, startTicks: String(Number(own.startTicks) - 1) };
  assert.equal(isRunning(earlier), false);
  assert.equal(signalProcess(earlier, 'SIGKILL'), false);
});

test('endProcesses: ignores TERM -> killed after the grace; already gone -> no error', async () => {
  const child = spawn('sh', ['-c', "trap '' TERM; while :; do sleep 0.05; done"], { stdio: 'ignore' });
  const identity = identifyProcess(child.pid ?? 0);
  assert.ok(identity);
  await endProcesses([identity], 50);
  assert.equal(isRunning(identity), false);
  await endProcesses([identity], 50);
});

test('limiter: width 2 -> never more than two at once, all run, a failure frees its slot', async () => {
  const limit = createLimiter(2);
  let active = 0;
  let most = 0;
  const task = (fails: boolean) => async () => {
    most = Math.max(most, ++active);
    await new Promise((resolve) => setImmediate(resolve));
    active--;
    if (fails) throw new Error('x');
  };
  const results = await Promise.allSettled(Array.from({ length: 9 }, (_, index) => limit(task(index % 3 === 0))));
  assert.equal(most, 2);
  assert.equal(results.filter((one) => one.status === 'fulfilled').length, 6);
});
