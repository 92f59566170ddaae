import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { startTestServer, type TestServer } from '../testing/test-client.ts';
import { type ProcessNode, startProcessNode } from './testing/process-node.ts';
import { SpdyClient } from './testing/spdy-client.ts';

let node: ProcessNode;
let server: TestServer;
const pods = '/api/v1/namespaces/default/pods';

before(async () => {
  node = await startProcessNode();
  server = await startTestServer({ kubelets: node.find });
  const pod = (name: string, containers: readonly string[], nodeName?: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { ...(nodeName && { nodeName }), containers: containers.map((one) => ({ name: one, image: 'x' })) },
  });
  for (const one of [
    pod('web', ['main'], node.name),
    pod('two', ['a', 'b'], node.name),
    pod('none', ['none'], node.name),
    pod('away', ['main'], 'node9'),
    pod('new', ['main']),
  ]) {
    assert.equal((await server.call('POST', pods, one)).status, 201);
  }
});
after(async () => {
  await server.stop();
  await node.stop();
});

async function until(what: string, condition: () => boolean): Promise<void> {
  const end = performance.now() + 4000;
  while (!condition()) {
    assert.ok(performance.now() < end, `${what} expected`);
    await sleep(5);
  }
}

const query = (words: readonly string[], ...flags: readonly string[]) =>
  [...words.map((word) => `command=${encodeURIComponent(word)}`), ...flags.map((flag) => `${flag}=true`)].join('&');

interface Result {
  readonly channels: readonly string[];
  readonly code: number;
  readonly protocol: string;
}

/** Runs a command over a WebSocket; `input` goes to its stdin. */
async function runWebSocket(path: string, protocol: string, input?: Buffer): Promise<Result> {
  const socket = new WebSocket(`ws+unix:${server.socket}:${path}`, protocol);
  const received: Buffer[][] = [[], [], [], []];
  const base64 = protocol.includes('base64');
  socket.on('message', (data: Buffer) => {
    const channel = base64 ? Number(String(data)[0]) : (data[0] ?? 0);
    received[channel]?.push(base64 ? Buffer.from(String(data).slice(1), 'base64') : data.subarray(1));
  });
  await once(socket, 'open');
  for (let at = 0; at < (input?.length ?? 0); at += 30_000) {
    socket.send(Buffer.concat([Buffer.of(0), input?.subarray(at, at + 30_000) ?? Buffer.alloc(0)]));
  }
  if (input !== undefined) socket.send(Buffer.of(255, 0));
  const [code] = (await once(socket, 'close')) as [number];
  return { channels: received.map((one) => Buffer.concat(one).toString('latin1')), code, protocol: socket.protocol };
}

for (const protocol of ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'v4.base64.channel.k8s.io']) {
  test(`exec: ${protocol} -> outputs apart, exit code, closed`, async () => {
    const words = ['sh', '-c', 'echo out; echo err >&2; exit 7'];
    const result = await runWebSocket(`${pods}/web/exec?${query(words, 'stdout', 'stderr')}`, protocol);
    assert.deepEqual(result.channels.slice(0, 3), ['', 'out\n', 'err\n']);
    assert.equal(result.code, 1000);
    assert.equal(result.protocol, protocol);
    const status = JSON.parse(result.channels[3] ?? '');
    assert.equal(status.reason, 'NonZeroExitCode');
    assert.deepEqual(status.details.causes, [{ reason: 'ExitCode', message: '7' }]);
  });
}

test('exec: 5 MB through cat by WebSocket -> unchanged, ends with the input', async () => {
  const input = randomBytes(5_000_000);
  const result = await runWebSocket(
    `${pods}/web/exec?${query(['cat'], 'stdin', 'stdout')}`,
    'v5.channel.k8s.io',
    input,
  );
  const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  assert.equal(digest(Buffer.from(result.channels[1] ?? '', 'latin1')), digest(input));
  assert.equal(JSON.parse(result.channels[3] ?? '').status, 'Success');
});

test('exec: 5 MB through cat by SPDY -> unchanged, ends with the input', async () => {
  const path = `${pods}/web/exec?${query(['cat'], 'stdin', 'stdout')}`;
  const client = await SpdyClient.connect(server.socket, path, 'v4.channel.k8s.io, v3.channel.k8s.io');
  const errors = await client.open({ streamType: 'error' });
  const stdin = await client.open({ streamType: 'stdin' });
  const stdout = await client.open({ streamType: 'stdout' });
  const input = 'weft '.repeat(1_000_000);
  for (let at = 0; at < input.length; at += 32_768) stdin.send(input.slice(at, at + 32_768));
  stdin.send('', true);
  assert.ok((await stdout.ended) === input);
  assert.equal(JSON.parse(await errors.ended).status, 'Success');
  client.close();
});

test('exec: SPDY with a terminal -> sizes arrive, exit code comes back', async () => {
  const path = `${pods}/web/exec?${query(['sh', '-c', 'read line; exit 3'], 'stdin', 'stdout', 'stderr', 'tty')}`;
  const client = await SpdyClient.connect(server.socket, path, 'v4.channel.k8s.io');
  const errors = await client.open({ streamType: 'error' });
  const stdin = await client.open({ streamType: 'stdin' });
  await client.open({ streamType: 'stdout' });
  const resize = await client.open({ streamType: 'resize' });
  resize.send('{"Width":111,"Height":33}');
  await until('the size', () => node.sizes.some((one) => one.columns === 111 && one.rows === 33));
  stdin.send('\n');
  assert.equal(JSON.parse(await errors.ended).details.causes[0].message, '3');
  client.close();
});

test('attach: POST by SPDY -> connected', async () => {
  const client = await SpdyClient.connect(server.socket, `${pods}/web/attach?stdin=1&stdout=1`, 'v4.channel.k8s.io');
  await client.open({ streamType: 'error' });
  const stdin = await client.open({ streamType: 'stdin' });
  const stdout = await client.open({ streamType: 'stdout' });
  stdin.send('hello', true);
  assert.equal(await stdout.ended, 'hello');
  client.close();
});

test('client leaves: by WebSocket or SPDY, input waiting or not -> its process ends', async () => {
  const path = `${pods}/web/exec?${query(['sleep', '600'], 'stdin', 'stdout')}`;
  const socket = new WebSocket(`ws+unix:${server.socket}:${path}`, 'v5.channel.k8s.io');
  await once(socket, 'open');
  const client = await SpdyClient.connect(server.socket, path, 'v4.channel.k8s.io');
  for (const streamType of ['error', 'stdin', 'stdout']) await client.open({ streamType });
  await until('both', () => node.running() === 2);
  socket.send(Buffer.alloc(100_000));
  socket.terminate();
  client.close();
  await until('none', () => node.running() === 0);
});

test('client does not read: a process that never stops printing -> waits, memory does not grow', async () => {
  const path = `${pods}/web/exec?${query(['yes', 'x'.repeat(1000)], 'stdout')}`;
  const socket = new WebSocket(`ws+unix:${server.socket}:${path}`, 'v5.channel.k8s.io');
  await once(socket, 'open');
  socket.pause();
  const client = await SpdyClient.connect(server.socket, path, 'v4.channel.k8s.io');
  client.pause();
  for (const streamType of ['error', 'stdout']) await client.open({ streamType });
  await until('both', () => node.running() === 2);
  await sleep(200);
  const before = process.memoryUsage().rss;
  await sleep(800);
  const grown = process.memoryUsage().rss - before;
  assert.ok(grown < 40e6, `${Math.round(grown / 1e6)} MB more`);
  socket.terminate();
  client.close();
  await until('none', () => node.running() === 0);
});

/** Answers every connection with what it got, once that has ended. */
async function echoServer() {
  const echo = createServer({ allowHalfOpen: true }, (socket) => {
    const pieces: Buffer[] = [];
    socket.on('data', (piece: Buffer) => pieces.push(piece));
    socket.on('end', () => socket.end(Buffer.concat(pieces)));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  const address = echo.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { port: String(address.port), close: () => echo.close() };
}

async function openForward(): Promise<SpdyClient> {
  return SpdyClient.connect(server.socket, `${pods}/web/portforward`, 'portforward.k8s.io');
}

test('port-forward: several connections at a time -> each its own bytes', async () => {
  const echo = await echoServer();
  const client = await openForward();
  const talks = ['a', 'b', 'c'].map(async (letter, index) => {
    const about = { port: echo.port, requestID: String(index) };
    const errors = await client.open({ streamType: 'error', ...about }, true);
    const data = await client.open({ streamType: 'data', ...about });
    data.send(letter.repeat(200_000), true);
    return [letter, await data.ended, await errors.ended] as const;
  });
  for (const [letter, got, error] of await Promise.all(talks)) {
    assert.ok(got === letter.repeat(200_000), `${got.length} bytes`);
    assert.equal(error, '');
  }
  client.close();
  echo.close();
});

test('port-forward: nobody listens -> the reason on the error stream, the session lives', async () => {
  const client = await openForward();
  const about = { port: '1', requestID: '0' };
  const errors = await client.open({ streamType: 'error', ...about }, true);
  const data = await client.open({ streamType: 'data', ...about });
  assert.match(await errors.ended, /^unable to do port forwarding: .*ECONNREFUSED/);
  assert.equal(await data.ended, '');
  const wrong = { port: '70000', requestID: '1' };
  const more = await client.open({ streamType: 'error', ...wrong }, true);
  await client.open({ streamType: 'data', ...wrong });
  assert.match(await more.ended, /"70000" is not a port/);
  client.close();
});

test('log: query -> what the node is asked; its text -> the answer', async () => {
  const path = `${pods}/web/log?follow=true&tailLines=5&timestamps=1&limitBytes=100&previous=false`;
  const { status, body, headers } = await server.call('GET', path);
  assert.deepEqual([status, body.text, headers['content-type']], [200, 'one\ntwo\n', 'text/plain; charset=utf-8']);
  const request = { follow: true, tailLines: 5, timestamps: true, limitBytes: 100, previous: false };
  assert.deepEqual(node.logRequests.at(-1), { ...request, since: undefined, stream: undefined });
});

const refused: readonly (readonly [string, string, number, RegExp])[] = [
  ['pod that is not there', 'nope/log', 404, /pods "nope" not found/],
  [
    'several containers, none named',
    'two/log',
    400,
    /a container name must be specified for pod two, choose one of: \[a b\]/,
  ],
  ['container of no pod', 'two/log?container=c', 400, /container c is not valid for pod two/],
  ['pod without a node', 'new/log', 400, /pod new does not have a host assigned/],
  ['node that nobody knows', 'away/log', 503, /unable to reach the kubelet of node "node9"/],
  ['negative number of lines', 'web/log?tailLines=-1', 400, /tailLines/],
  ['two ways to say since when', 'web/log?sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z', 422, /at most one of/],
  ['exec without an upgrade', 'web/exec?command=ls&stdout=1', 400, /Upgrade request required/],
  ['exec without a command', 'web/exec?stdout=1', 400, /at least one command/],
  ['exec without any stream', 'web/exec?command=ls', 400, /at least one of stdin, stdout, stderr/],
];
for (const [name, path, expected, message] of refused) {
  test(`refused: ${name} -> ${expected} in kube-apiserver's words`, async () => {
    const { status, body } = await server.call('GET', `${pods}/${path}`);
    assert.equal(status, expected, JSON.stringify(body));
    assert.equal(body.kind, 'Status');
    assert.match(String(body.message), message);
  });
}

test('refused: by the API server or the node, before an upgrade -> the Status is the answer', async () => {
  for (const [path, expected] of [
    ['none/exec?command=ls&stdout=1', /404 .*containers \\"none\\" not found/],
    ['nope/exec?command=ls&stdout=1', /404 .*pods \\"nope\\" not found/],
  ] as const) {
    await assert.rejects(SpdyClient.connect(server.socket, `${pods}/${path}`, 'v4.channel.k8s.io'), expected);
  }
  const odd = SpdyClient.connect(server.socket, `${pods}/web/exec?command=ls&stdout=1`, 'v9.channel.k8s.io');
  await assert.rejects(odd, /400 .*v9\.channel\.k8s\.io/);
});

test('no kubelets known -> 503 that says so', async (t) => {
  const alone = await startTestServer();
  t.after(() => alone.stop());
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web' },
    spec: { nodeName: 'n', containers: [{ name: 'a', image: 'x' }] },
  };
  await alone.call('POST', pods, pod);
  const { status, body } = await alone.call('GET', `${pods}/web/log`);
  assert.deepEqual([status, body.reason], [503, 'ServiceUnavailable']);
  assert.match(String(body.message), /started without a way to its nodes/);
});
