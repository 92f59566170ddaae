import { mkdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { CniError, cniErrorCode } from '../api/cni-error.ts';
import { type CniRequest, type CniResponse, cniCommands } from '../api/cni-exchange.ts';
import { WeftError } from '../base/errors.ts';
import { isRecord } from '../base/is-record.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import { cniErrorBody } from './cni-error-body.ts';

const maxRequestBytes = 1 << 20;

/** What answers the plugin. Throws for a refusal. */
export type CniHandler = (request: CniRequest) => Promise<CniResponse>;

/**
 * The agent's end of the CNI socket: one JSON line there, one back, per connection. Requests run side by side; what must
 * not, the handler orders. Only root may connect (mode 0600, folder 0700).
 */
export class CniServer implements Startable {
  readonly #path: string;
  readonly #handle: CniHandler;
  readonly #log: Logger;
  readonly #sockets = new Set<Socket>();
  readonly #running = new Set<Promise<void>>();
  #server: Server | undefined;

  constructor(path: string, handle: CniHandler, log: Logger) {
    this.#path = path;
    this.#handle = handle;
    this.#log = log;
  }

  /** @throws WeftError AGENT_RUNNING when another agent answers on the socket; AGENT_LISTEN */
  async start(): Promise<void> {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    if (await answers(this.#path)) {
      throw new WeftError(
        'AGENT_RUNNING',
        `Cannot listen on "${this.#path}": another agent answers there, stop it first`,
      );
    }
    // Left by an agent that was killed.
    rmSync(this.#path, { force: true });
    const server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
    const before = process.umask(0o177);
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', (cause) =>
          reject(new WeftError('AGENT_LISTEN', `Cannot listen on "${this.#path}"`, { cause })),
        );
        server.listen(this.#path, resolve);
      });
    } finally {
      process.umask(before);
    }
    this.#server = server;
  }

  /** Takes no new request, lets those that run end, then closes. Idempotent. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    await Promise.allSettled(this.#running);
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    let text = '';
    let taken = false;
    socket.setEncoding('utf8');
    socket.on('close', () => this.#sockets.delete(socket));
    // A plugin that was killed while it waited.
    socket.on('error', () => socket.destroy());
    const take = (): void => {
      if (taken) return;
      taken = true;
      const work = this.#answer(text).then((response) => {
        socket.end(`${JSON.stringify(response)}\n`);
      });
      this.#running.add(work);
      void work.finally(() => this.#running.delete(work));
    };
    socket.on('data', (chunk: string) => {
      if (taken) return;
      text += chunk;
      if (chunk.includes('\n') || text.length > maxRequestBytes) take();
    });
    socket.on('end', take);
  }

  async #answer(text: string): Promise<CniResponse> {
    const started = performance.now();
    let request: CniRequest | undefined;
    try {
      request = parseRequest(text);
      return await this.#handle(request);
    } catch (error) {
      const body = cniErrorBody(error);
      const { command, containerId } = request ?? {};
      const ms = Math.round(performance.now() - started);
      // Runtimes ask for the status every few seconds, and the reason is in the agent's own log.
      const level = command === 'STATUS' ? 'debug' : 'warn';
      this.#log[level]('cni request failed', { command, containerId, code: body.code, error: body.msg, ms });
      return { ok: false, error: body };
    }
  }
}

function parseRequest(text: string): CniRequest {
  let value: unknown;
  try {
    value = text.length > maxRequestBytes ? undefined : JSON.parse(text);
  } catch {
    // Refused below, with what is needed.
  }
  if (!isRecord(value) || !cniCommands.some((command) => command === value.command) || !isRecord(value.config)) {
    throw new CniError(
      cniErrorCode.decodeFailure,
      `Cannot read the request: one line of JSON of at most ${maxRequestBytes} bytes with "command" and "config" needed`,
    );
  }
  // The decode edge: the fields are checked where they are used.
  return { args: {}, ...value } as unknown as CniRequest;
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
