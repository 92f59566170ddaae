import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { isRecord } from '../../base/is-record.ts';
import type { JsonRecord } from '../json.ts';
import { type ApiServer, type ApiServerOptions, startApiServer } from '../server.ts';

/** An answer with its body parsed (the text itself when it is no JSON object). */
export interface Answer {
  readonly status: number;
  readonly body: JsonRecord;
  readonly headers: IncomingMessage['headers'];
}

/** Request headers by name. */
export type Headers = Readonly<Record<string, string>>;

/** One line of a watch. */
export interface WatchLine {
  readonly type: string;
  readonly object: JsonRecord;
}

/** A watch that collects its lines; `until` resolves when a line fits, `end` closes the connection. */
export interface TestWatch {
  readonly lines: WatchLine[];
  until(fits: (line: WatchLine) => boolean): Promise<WatchLine>;
  readonly ended: Promise<void>;
  end(): void;
}

/** An API server on a unix socket in a directory of its own, with a small client: for tests. */
export interface TestServer {
  readonly directory: string;
  readonly socket: string;
  readonly server: ApiServer;
  call(method: string, path: string, body?: unknown, contentType?: string, extraHeaders?: Headers): Promise<Answer>;
  /** GET with an `Accept` header. */
  get(path: string, accept: string): Promise<Answer>;
  watch(path: string, accept?: string): Promise<TestWatch>;
  stop(): Promise<void>;
}

/** Starts one. `options` go to {@link startApiServer}. */
export async function startTestServer(options: Partial<ApiServerOptions> = {}): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'weft-api-'));
  // Also where a test wants the start to fail, or ends without stopping.
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const socket = join(directory, 'api.sock');
  const server = await startApiServer({ data: join(directory, 'api.db'), listen: [{ unix: socket }], ...options });
  const client = createTestClient(socket);
  return {
    directory,
    socket,
    server,
    ...client,
    stop: async () => {
      client.close();
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A client for a unix socket. Bodies that are texts are sent as they are, others as JSON. */
export function createTestClient(socketPath: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const open = (
    method: string,
    path: string,
    body?: unknown,
    contentType = 'application/json',
    extraHeaders: Headers = {},
  ) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
      // Node sends no length by itself for the body of a DELETE.
      const own =
        body === undefined ? {} : { 'content-type': contentType, 'content-length': String(Buffer.byteLength(text)) };
      const headers = { ...own, ...extraHeaders };
      const outgoing = httpRequest({ socketPath, agent, method, path, headers }, resolve);
      outgoing.on('error', reject);
      outgoing.end(text);
    });
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    contentType?: string,
    extraHeaders?: Headers,
  ): Promise<Answer> => {
    const incoming = await open(method, path, body, contentType, extraHeaders);
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const { statusCode = 0, headers } = incoming;
    const text = (headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
    return { status: statusCode, body: parse(text), headers };
  };
  return {
    call,
    get: (path: string, accept: string) => call('GET', path, undefined, undefined, { accept }),
    watch: async (path: string, accept?: string) =>
      readWatch(await open('GET', path, undefined, undefined, accept === undefined ? {} : { accept })),
    close: () => agent.destroy(),
  };
}

function parse(text: string): JsonRecord {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : { value };
  } catch {
    return { text };
  }
}

function readWatch(incoming: IncomingMessage): TestWatch {
  const lines: WatchLine[] = [];
  const waiting = new Set<() => void>();
  let rest = '';
  incoming.setEncoding('utf8');
  incoming.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.map((part): WatchLine => JSON.parse(part)));
    for (const look of waiting) look();
  });
  const ended = new Promise<void>((resolve) => {
    incoming.on('close', resolve);
  });
  incoming.on('error', () => undefined);
  return {
    lines,
    ended,
    until: (fits) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find(fits);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
        void ended.then(() => reject(new Error(`watch ended after ${lines.length} lines without the expected one`)));
      }),
    end: () => incoming.destroy(),
  };
}
