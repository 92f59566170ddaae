/**
 * The API server under load, in a process of its own on a unix socket: creates beside etcd taking the same number of
 * puts of the same size from as many connections, the list of 10,000 pods, and 100 watchers of 1,000 events. Both write
 * through to the disk before they answer.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { type ClientHttp2Session, connect } from 'node:http2';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { printBound, printFigure } from './figure.ts';
import { weft } from './lab-command.ts';
import { pairedRounds } from './paired.ts';

const etcd = join(import.meta.dirname, '../node_modules/.cache/debian/etcd-server/usr/bin/etcd');
const writers = 16;
const perRound = 2000;
const rounds = 5;
const listed = 10_000;
const watchers = 100;
const events = 1000;

export async function run(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'weft-bench-api-'));
  const children: ChildProcess[] = [];
  try {
    const socketPath = join(directory, 'api.sock');
    children.push(await startServer(directory, socketPath));
    const client = createClient(socketPath);
    await createBesideEtcd(directory, client, children);
    await listPods(client);
    await watchEvents(client);
    client.close();
  } finally {
    for (const child of children) await end(child);
    rmSync(directory, { recursive: true });
  }
}

async function startServer(directory: string, socketPath: string): Promise<ChildProcess> {
  const args = ['apiserver', '--data', join(directory, 'api.db'), '--unix', socketPath];
  const child = spawn(weft, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  await untilLine(child, '"ready"');
  return child;
}

async function startEtcd(directory: string): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const [url, peerUrl] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
  const args = [
    ...['--data-dir', join(directory, 'etcd'), '--listen-client-urls', url, '--advertise-client-urls', url],
    ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
    ...['--initial-cluster', `default=${peerUrl}`],
  ];
  const child = spawn(etcd, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  await untilLine(child, 'ready to serve client requests');
  return { child, url };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function untilLine(child: ChildProcess, text: string): Promise<void> {
  if (child.stderr === null) throw new Error('the child has no stderr');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    lines.push(line);
    if (!line.includes(text)) continue;
    // Whoever stops to read stops the child when the pipe is full.
    child.stderr.resume();
    return;
  }
  throw new Error(`the child ended without "${text}":\n${lines.join('\n')}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

type Client = ReturnType<typeof createClient>;

function createClient(socketPath: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: writers });
  const call = (method: string, path: string, body?: string) =>
    new Promise<{ readonly status: number; readonly bytes: number; readonly text: string }>((resolve, reject) => {
      const headers = {
        'user-agent': 'bench/1',
        ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      };
      const outgoing = request({ socketPath, agent, method, path, headers }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => {
          const whole = Buffer.concat(chunks);
          const status = incoming.statusCode ?? 0;
          resolve({ status, bytes: whole.length, text: status < 300 ? '' : whole.toString() });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  return { socketPath, call, close: () => agent.destroy() };
}

/** Runs `count` jobs, `writers` at a time; returns the seconds it took. */
async function parallel(count: number, job: (index: number, writer: number) => Promise<void>): Promise<number> {
  const start = performance.now();
  let next = 0;
  const work = async (writer: number) => {
    while (next < count) {
      const index = next;
      next += 1;
      await job(index, writer);
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => work(writer)));
  return (performance.now() - start) / 1000;
}

async function createPods(client: Client, namespace: string, count: number): Promise<number> {
  await client.call('POST', '/api/v1/namespaces', JSON.stringify({ metadata: { name: namespace } }));
  const path = `/api/v1/namespaces/${namespace}/pods?fieldManager=bench`;
  return parallel(count, async (index) => {
    const { status, text } = await client.call('POST', path, podText(`pod-${index}`));
    if (status !== 201) throw new Error(`create: ${status} ${text}`);
  });
}

async function createBesideEtcd(directory: string, client: Client, children: ChildProcess[]): Promise<void> {
  const { child, url } = await startEtcd(directory);
  children.push(child);
  const sessions = Array.from({ length: writers }, () => connect(url));
  // A stored pod is larger than the one that is sent: it has its defaults and its managedFields.
  await createPods(client, 'sample', 1);
  const { bytes } = await client.call('GET', '/api/v1/namespaces/sample/pods/pod-0');
  let round = 0;
  const times = await pairedRounds(
    rounds,
    async () => perRound / (await createPods(client, `round-${round++}`, perRound)),
    async () =>
      perRound /
      (await parallel(perRound, async (index, writer) => {
        const session = sessions[writer];
        if (session !== undefined)
          await putKey(session, `/registry/pods/round-${round}/pod-${index}`, 'x'.repeat(bytes));
      })),
  );
  for (const session of sessions) session.close();
  const name = `creates of pods (${bytes} bytes) beside puts of etcd`;
  printFigure({ name, unit: '/s', ...times });
  const each = times.ours.map((perSecond) => 1e6 / perSecond);
  printBound(`one create with ${writers} writers (1,000/s)`, 'us', each, 1000);
}

/** One etcdserverpb.KV/Put over gRPC. @see etcd API reference "PutRequest"; gRPC over HTTP/2 "Length-Prefixed-Message" */
async function putKey(session: ClientHttp2Session, key: string, value: string): Promise<void> {
  const message = Buffer.concat([field(1, key), field(2, value)]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  const stream = session.request({
    ':method': 'POST',
    ':path': '/etcdserverpb.KV/Put',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.end(Buffer.concat([head, message]));
  stream.resume();
  const [trailers] = await once(stream, 'trailers');
  if (trailers['grpc-status'] !== '0') throw new Error(`etcd: ${trailers['grpc-status']} ${trailers['grpc-message']}`);
}

/** A length-delimited field of a protobuf message. */
function field(number: number, text: string): Buffer {
  const bytes = Buffer.from(text);
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>= 7) {
    length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), bytes]);
}

async function listPods(client: Client): Promise<void> {
  const namespace = 'listed';
  await createPods(client, namespace, listed);
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const seconds: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    const { status } = await client.call('GET', path);
    if (status !== 200) throw new Error(`list: ${status}`);
    if (round > 0) seconds.push((performance.now() - start) / 1000);
  }
  printBound(`list of ${listed.toLocaleString('en')} pods`, 's', seconds, 0.5);
}

/** Every watcher counts the lines it gets; the writes go on while they read. */
async function watchEvents(client: Client): Promise<void> {
  const agent = new Agent({ maxSockets: watchers });
  const path = '/api/v1/namespaces/default/configmaps?watch=1';
  const counts = new Array<number>(watchers).fill(0);
  const streams = await Promise.all(
    counts.map(
      (_, index) =>
        new Promise<{ readonly done: Promise<void>; end(): void }>((resolve, reject) => {
          const outgoing = request({ socketPath: client.socketPath, agent, path }, (incoming) => {
            const done = new Promise<void>((finish) => {
              incoming.on('data', (chunk: Buffer) => {
                for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1))
                  counts[index] = (counts[index] ?? 0) + 1;
                if ((counts[index] ?? 0) >= events) finish();
              });
              incoming.on('close', finish);
            });
            incoming.on('error', () => undefined);
            resolve({ done, end: () => outgoing.destroy() });
          });
          outgoing.on('error', reject);
          outgoing.end();
        }),
    ),
  );
  const start = performance.now();
  await parallel(events, async (index) => {
    const { status, text } = await client.call(
      'POST',
      '/api/v1/namespaces/default/configmaps',
      JSON.stringify({ metadata: { name: `event-${index}` }, data: { index: String(index) } }),
    );
    if (status !== 201) throw new Error(`create: ${status} ${text}`);
  });
  const timeout = new Promise<void>((resolve) => setTimeout(resolve, 30_000).unref());
  await Promise.race([Promise.all(streams.map((stream) => stream.done)), timeout]);
  const seconds = (performance.now() - start) / 1000;
  for (const stream of streams) stream.end();
  agent.destroy();
  const lost = counts.reduce((sum, count) => sum + Math.max(0, events - count), 0);
  const name = `${watchers} watchers x ${events.toLocaleString('en')} events`;
  printBound(`${name}: events lost`, '', [lost], 0);
  printBound(`${name}: from the first write to the last event`, 's', [seconds], 30);
}

/** A pod as a Deployment makes it. */
function podText(name: string): string {
  const probe = { httpGet: { path: '/healthz', port: 8080 }, initialDelaySeconds: 3, periodSeconds: 10 };
  const container = {
    name: 'app',
    image: 'registry.example.com/team/app:1.2.3',
    command: ['/usr/bin/app', '--listen=:8080', '--log=info'],
    ports: [
      { name: 'http', containerPort: 8080 },
      { name: 'metrics', containerPort: 9090 },
    ],
    env: ['A', 'B', 'C', 'D'].map((key) => ({ name: `APP_${key}`, value: `value of ${key}` })),
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    volumeMounts: [
      { name: 'config', mountPath: '/etc/app' },
      { name: 'data', mountPath: '/var/lib/app' },
    ],
    livenessProbe: probe,
    readinessProbe: probe,
  };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      labels: { app: 'app', tier: 'backend', 'pod-template-hash': '5d4f8c7b9' },
      annotations: { 'example.com/checksum': '0123456789abcdef0123456789abcdef' },
    },
    spec: {
      containers: [container],
      volumes: [
        { name: 'config', configMap: { name: 'app' } },
        { name: 'data', emptyDir: {} },
      ],
      tolerations: [
        { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      ],
      nodeSelector: { 'kubernetes.io/os': 'linux' },
    },
  });
}

if (import.meta.main) await run();
