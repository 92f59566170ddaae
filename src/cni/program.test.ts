import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { CniRequest, CniResponse } from '../api/cni-exchange.ts';
import { isHeldByAnother } from './run-directory.ts';

/** The plugin as a process, against an agent that listens on a socket of this test's own. */
const directory = mkdtempSync(join(tmpdir(), 'weft-cni-'));
const main = join(import.meta.dirname, '../main.ts');
const config = { cniVersion: '1.0.0', name: 'net', type: 'weft' };
const attachment = { CNI_CONTAINERID: 'c1', CNI_NETNS: '/run/netns/none', CNI_IFNAME: 'eth0', CNI_PATH: '/nowhere' };
let agent: Server;
let asked: CniRequest | undefined;
/** `undefined`: the agent dies over the request. */
let answer: CniResponse | undefined = { ok: true };

before(() => {
  agent = createServer((socket) => {
    socket.on('data', (data) => {
      asked = JSON.parse(data.toString('utf8')) as CniRequest;
      if (answer === undefined) {
        socket.destroy();
        return;
      }
      socket.end(`${JSON.stringify(answer)}\n`);
    });
  });
  agent.listen(join(directory, 'agent.sock'));
});

after(() => {
  agent.close();
  rmSync(directory, { recursive: true });
});

async function plugin(environment: Record<string, string>, stdin: string, runDirectory = directory) {
  // In a network namespace of its own: a deletion must not reach a device of this machine.
  const child = spawn('unshare', ['--net', process.execPath, main], {
    env: { PATH: process.env.PATH, WEFT_RUN_DIRECTORY: runDirectory, ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stdin.end(stdin);
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, answer: stdout === '' ? undefined : (JSON.parse(stdout) as Record<string, unknown>) };
}

test('plugin: ADD -> the agent is asked and its result printed', async () => {
  answer = { ok: true, result: { interfaces: [{ name: 'calia' }], ips: [{ address: '10.24.0.1/32' }] } };
  const outcome = await plugin(
    { CNI_COMMAND: 'ADD', ...attachment, CNI_ARGS: 'K8S_POD_NAME=a' },
    JSON.stringify(config),
  );
  assert.equal(asked?.command, 'ADD');
  assert.deepEqual(asked?.args, { K8S_POD_NAME: 'a' });
  assert.deepEqual(outcome, {
    status: 0,
    answer: { cniVersion: '1.0.0', interfaces: [{ name: 'calia' }], ips: [{ address: '10.24.0.1/32' }], dns: {} },
  });
});

test('plugin: the agent refuses -> exit 1 and its code and words', async () => {
  answer = { ok: false, error: { code: 11, msg: 'Cannot add: not in sync', details: 'later' } };
  const outcome = await plugin({ CNI_COMMAND: 'ADD', ...attachment }, JSON.stringify(config));
  assert.deepEqual(outcome, {
    status: 1,
    answer: { cniVersion: '1.0.0', code: 11, msg: 'Cannot add: not in sync', details: 'later' },
  });
});

test('plugin: VERSION with a dummy environment and no configuration -> supported versions', async () => {
  const outcome = await plugin({ CNI_COMMAND: 'VERSION', CNI_NETNS: 'dummy', CNI_IFNAME: 'dummy' }, '');
  assert.equal(outcome.status, 0);
  assert.deepEqual(outcome.answer?.supportedVersions, ['0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0']);
});

test('plugin: broken JSON -> exit 1, code 6', async () => {
  const outcome = await plugin({ CNI_COMMAND: 'ADD', ...attachment }, '{');
  assert.equal(outcome.status, 1);
  assert.equal(outcome.answer?.code, 6);
});

for (const { command, code } of [
  { command: 'ADD', code: 11 },
  { command: 'CHECK', code: 11 },
  { command: 'GC', code: 11 },
  { command: 'STATUS', code: 50 },
]) {
  test(`plugin: ${command} without an agent -> code ${code}`, async () => {
    const newest = JSON.stringify({ ...config, cniVersion: '1.1.0' });
    const outcome = await plugin({ CNI_COMMAND: command, ...attachment }, newest, join(directory, 'nobody'));
    assert.equal(outcome.status, 1);
    assert.equal(outcome.answer?.code, code);
  });
}

test('plugin: ADD with an IPAM plugin that is missing, no agent -> exit 1 and where it was looked for', async () => {
  const delegated = JSON.stringify({ ...config, ipam: { type: 'no-such-ipam' } });
  const outcome = await plugin({ CNI_COMMAND: 'ADD', ...attachment }, delegated, join(directory, 'nobody'));
  assert.equal(outcome.status, 1);
  assert.match(String(outcome.answer?.msg), /Cannot find CNI plugin "no-such-ipam": not in \/nowhere/);
});

test('plugin: DEL without an agent -> exit 0 and a note for the agent', async () => {
  const nobody = join(directory, 'nobody');
  const outcome = await plugin({ CNI_COMMAND: 'DEL', ...attachment, CNI_NETNS: '' }, JSON.stringify(config), nobody);
  assert.deepEqual(outcome, { status: 0, answer: undefined });
  const note = JSON.parse(readFileSync(join(nobody, 'deletions/c1@eth0.json'), 'utf8')) as CniRequest;
  assert.equal(note.containerId, 'c1');
  assert.deepEqual(note.config, config);
});

for (const { command, code } of [
  { command: 'ADD', code: 11 },
  { command: 'STATUS', code: 50 },
]) {
  test(`plugin: ${command}, and the agent dies over it -> code ${code}`, async () => {
    answer = undefined;
    const outcome = await plugin(
      { CNI_COMMAND: command, ...attachment },
      JSON.stringify({ ...config, cniVersion: '1.1.0' }),
    );
    assert.equal(outcome.status, 1);
    assert.equal(outcome.answer?.code, code);
    assert.match(String(outcome.answer?.msg), /closed before an answer/);
  });
}

test('plugin: DEL, and the agent dies over it -> exit 0 and a note for the next one', async () => {
  answer = undefined;
  const outcome = await plugin({ CNI_COMMAND: 'DEL', ...attachment, CNI_CONTAINERID: 'c2' }, JSON.stringify(config));
  assert.deepEqual(outcome, { status: 0, answer: undefined });
  assert.equal(JSON.parse(readFileSync(join(directory, 'deletions/c2@eth0.json'), 'utf8')).containerId, 'c2');
});

test('records: device of a container made again under the same name -> held by another', () => {
  const run = join(directory, 'records');
  mkdirSync(join(run, 'endpoints'), { recursive: true });
  const record = { endpoint: { device: 'cali1', containerId: 'new' } };
  writeFileSync(join(run, 'endpoints/new.json'), JSON.stringify(record));
  assert.equal(isHeldByAnother(run, 'cali1', 'old'), true);
  assert.equal(isHeldByAnother(run, 'cali1', 'new'), false);
  assert.equal(isHeldByAnother(run, 'cali2', 'old'), false);
  assert.equal(isHeldByAnother(join(directory, 'nowhere'), 'cali1', 'old'), false);
});
