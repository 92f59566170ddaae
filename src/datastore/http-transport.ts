import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { AuthMaterial, Connection } from './connection.ts';

// Not `import`: that reads every export of node:http once, among them lazy ones that load a second HTTP client and
// HTTP/2, 15 ms of every command.
const { Agent: HttpAgent, request: requestHttp } = process.getBuiltinModule('node:http');
const { Agent: TlsAgent, request: requestHttps } = process.getBuiltinModule('node:https');

/** One HTTP request to the API server. */
export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  readonly body?: { readonly type: string; readonly text: string } | undefined;
  /** The form of the answer; JSON when absent. */
  readonly accept?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How long to wait, in milliseconds. */
export interface Timeouts {
  /** Until the connection stands, TLS included. */
  readonly connectMs: number;
  /** Until the head of the answer, and between two parts of its body (watches excepted). */
  readonly answerMs: number;
  /** A watch that is silent for so long is checked. */
  readonly watchIdleMs: number;
  /** Until the answer to that check. */
  readonly probeMs: number;
}

/** Together a watch whose server is gone is noticed within 30 s. */
export const defaultTimeouts: Timeouts = { connectMs: 5000, answerMs: 30_000, watchIdleMs: 12_000, probeMs: 8000 };

/** TCP keep-alive: first probe after this; Linux sends the ten that follow one second apart (libuv's choice). */
const keepAliveMs = 10_000;

/**
 * Sends requests over kept-alive connections to one server. Resolves with the head of the answer, whatever its status;
 * rejects with Node's own error when there is none.
 */
export class HttpTransport {
  readonly #connection: Connection;
  readonly #timeouts: Timeouts;
  #agent: Agent | undefined;
  #agentFor = '';

  constructor(connection: Connection, timeouts: Timeouts) {
    this.#connection = connection;
    this.#timeouts = timeouts;
  }

  async send(request: TransportRequest, answerMs = this.#timeouts.answerMs): Promise<IncomingMessage> {
    const material = await this.#connection.credentials.current();
    for (let attempt = 0; ; attempt++) {
      const [sent, answer] = this.#start(request, material, answerMs);
      try {
        return await answer;
      } catch (error) {
        // The server closed an idle connection just when we used it again: nothing was processed.
        const code = (error as NodeJS.ErrnoException).code ?? '';
        if (attempt > 0 || !sent.reusedSocket || !['ECONNRESET', 'EPIPE'].includes(code)) throw error;
      }
    }
  }

  /** Closes all connections; requests under way on one break. */
  close(): void {
    this.#agent?.destroy();
    this.#agent = undefined;
  }

  #start(
    request: TransportRequest,
    material: AuthMaterial,
    answerMs: number,
  ): [ClientRequest, Promise<IncomingMessage>] {
    const { server, headers } = this.#connection;
    const target =
      server.kind === 'unix'
        ? { socketPath: server.path, path: request.path, host: 'localhost' }
        : { host: server.host, port: server.port, path: server.basePath + request.path };
    const tls = server.kind === 'tcp' && server.tls;
    const { body } = request;
    const sent = (tls ? requestHttps : requestHttp)({
      ...target,
      method: request.method,
      agent: this.#agentWith(material, tls),
      signal: request.signal,
      headers: {
        Accept: request.accept ?? 'application/json',
        'User-Agent': 'weft',
        ...headers,
        ...(material.authorization === undefined ? {} : { Authorization: material.authorization }),
        ...(body === undefined ? {} : { 'Content-Type': body.type, 'Content-Length': Buffer.byteLength(body.text) }),
      },
    });
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      const cancel = watchProgress(sent, tls, this.#timeouts.connectMs, answerMs);
      sent.once('response', (response) => {
        cancel();
        resolve(response);
      });
      // Stays: a connection that breaks later must not be an uncaught error.
      sent.on('error', (error) => {
        cancel();
        reject(error);
      });
    });
    sent.end(body?.text);
    return [sent, answer];
  }

  // A credential plugin may hand out another certificate: connections of the old one must not be used again.
  #agentWith(material: AuthMaterial, tls: boolean): Agent {
    const identity = material.certificate ?? '';
    if (this.#agent !== undefined && this.#agentFor === identity) return this.#agent;
    this.#agent?.destroy();
    this.#agentFor = identity;
    const common = { keepAlive: true, keepAliveMsecs: keepAliveMs, maxFreeSockets: 8, scheduling: 'lifo' as const };
    this.#agent = tls ? new TlsAgent({ ...common, ...this.#tlsOptions(material) }) : new HttpAgent(common);
    return this.#agent;
  }

  #tlsOptions(material: AuthMaterial) {
    const { certificateAuthority, insecure, serverName } = this.#connection;
    return {
      minVersion: 'TLSv1.2' as const,
      ca: certificateAuthority,
      rejectUnauthorized: insecure !== true,
      servername: serverName,
      cert: material.certificate,
      key: material.privateKey,
    };
  }
}

/** Ends the request when it does not get on; the returned function ends the watching. */
function watchProgress(sent: ClientRequest, tls: boolean, connectMs: number, answerMs: number): () => void {
  const expire = (ms: number, what: string): NodeJS.Timeout =>
    setTimeout(() => sent.destroy(timeoutError(`${what} within ${ms / 1000} s`)), ms);
  let timer = expire(connectMs, 'no connection');
  const connected = (): void => {
    clearTimeout(timer);
    timer = expire(answerMs, 'no answer');
  };
  sent.once('socket', (socket: Socket) => {
    socket.setKeepAlive(true, keepAliveMs);
    if (sent.reusedSocket) connected();
    else socket.once(tls ? 'secureConnect' : 'connect', connected);
  });
  return () => clearTimeout(timer);
}

/** The error of a wait that took too long. */
export function timeoutError(message: string): Error {
  const cause = 'something on the way drops the packets or the server hangs';
  const remedy = 'an address that can be reached, or a firewall that lets through, needed';
  return Object.assign(new Error(`${message}: ${cause}, ${remedy}`), { code: 'WEFT_TIMEOUT' });
}
