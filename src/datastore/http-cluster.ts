import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Kind, type KubernetesObject, withType } from '../api/meta.ts';
import { hasCode, WeftError } from '../base/errors.ts';
import { foreignAnswer, isWebPage, type StatusBody, statusError, unauthorized, unreachable } from './api-error.ts';
import type { Cluster, DeleteOptions, ListOptions, ObjectList, PatchType, WatchEvent } from './cluster.ts';
import { type Connection, formatServerAddress } from './connection.ts';
import { defaultTimeouts, HttpTransport, type Timeouts, type TransportRequest } from './http-transport.ts';
import { patchMediaTypes } from './patch-media-type.ts';
import { readBody, readLines } from './read-body.ts';
import { queryText, resourcePath } from './resource-path.ts';
import { WatchGuard } from './watch-guard.ts';

/** Objects per page of a list. */
const pageSize = 500;
/** How often an answer "too busy, try again" is obeyed. */
const maxBusyRetries = 5;

type Method = TransportRequest['method'];

/** {@link Cluster} over HTTP(S) to a real API server or the embedded one. */
export class HttpCluster implements Cluster {
  /** The namespace when none is given. */
  readonly namespace: string;
  /** The server, as people write it. */
  readonly address: string;
  readonly #connection: Connection;
  readonly #timeouts: Timeouts;
  readonly #transport: HttpTransport;
  readonly #guard: WatchGuard;

  constructor(connection: Connection, timeouts: Partial<Timeouts> = {}) {
    this.#connection = connection;
    this.#timeouts = { ...defaultTimeouts, ...timeouts };
    this.#transport = new HttpTransport(connection, this.#timeouts);
    this.#guard = new WatchGuard(this.#timeouts.watchIdleMs, () => this.#probe());
    this.namespace = connection.namespace;
    this.address = formatServerAddress(connection.server);
  }

  /** Closes all connections, those of requests under way, too. */
  close(): void {
    this.#transport.close();
  }

  reconnect(): void {
    this.#transport.close();
  }

  async get<T extends KubernetesObject>(kind: Kind<T>, name: string, namespace?: string): Promise<T | undefined> {
    try {
      return await this.request<T>('GET', this.#pathOf(kind, name, namespace));
    } catch (error) {
      if (hasCode(error, 'API_NOT_FOUND')) return undefined;
      throw error;
    }
  }

  async list<T extends KubernetesObject>(kind: Kind<T>, options: ListOptions = {}): Promise<ObjectList<T>> {
    try {
      return await this.#listPages(kind, options, pageSize);
    } catch (error) {
      if (!hasCode(error, 'API_EXPIRED')) throw error;
      // The snapshot behind the continue token is gone: all at once needs none.
      return this.#listPages(kind, options, undefined);
    }
  }

  create<T extends KubernetesObject>(kind: Kind<T>, object: T): Promise<T> {
    const path = resourcePath(kind, object.metadata.namespace ?? this.namespace);
    return this.request('POST', path, withType(kind, object));
  }

  update<T extends KubernetesObject>(kind: Kind<T>, object: T): Promise<T> {
    const path = this.#pathOf(kind, object.metadata.name, object.metadata.namespace);
    return this.request('PUT', path, withType(kind, object));
  }

  updateStatus<T extends KubernetesObject>(kind: Kind<T>, object: T): Promise<T> {
    const path = this.#pathOf(kind, object.metadata.name, object.metadata.namespace, 'status');
    return this.request('PUT', path, withType(kind, object));
  }

  patch<T extends KubernetesObject>(
    kind: Kind<T>,
    name: string,
    namespace: string | undefined,
    type: PatchType,
    body: unknown,
    options: { readonly subresource?: 'status'; readonly fieldManager?: string; readonly force?: boolean } = {},
  ): Promise<T> {
    const apply = type === 'apply';
    const query = queryText({
      fieldManager: options.fieldManager ?? (apply ? 'weft' : undefined),
      force: apply ? options.force : undefined,
    });
    const path = this.#pathOf(kind, name, namespace, options.subresource) + query;
    return this.request('PATCH', path, apply ? withType(kind, body as T) : body, patchMediaTypes[type]);
  }

  async delete<T extends KubernetesObject>(
    kind: Kind<T>,
    name: string,
    namespace?: string,
    { uid, resourceVersion, propagation, gracePeriodSeconds, dryRun }: DeleteOptions = {},
  ): Promise<T | undefined> {
    const path = this.#pathOf(kind, name, namespace) + queryText({ dryRun: dryRun === true ? 'All' : undefined });
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: propagation,
      gracePeriodSeconds,
      ...(uid === undefined && resourceVersion === undefined ? {} : { preconditions: { uid, resourceVersion } }),
    };
    try {
      const answer = await this.request<T>('DELETE', path, body);
      // A server may answer with a Status instead of the object.
      return answer.kind === 'Status' ? ({ metadata: { name } } as T) : answer;
    } catch (error) {
      if (hasCode(error, 'API_NOT_FOUND')) return undefined;
      throw error;
    }
  }

  async *watch<T extends KubernetesObject>(
    kind: Kind<T>,
    resourceVersion: string,
    options: ListOptions = {},
  ): AsyncGenerator<WatchEvent<T>> {
    const { namespace, labelSelector, fieldSelector, accept, signal } = options;
    const query = { watch: true, resourceVersion, allowWatchBookmarks: true, labelSelector, fieldSelector };
    const path = resourcePath(kind, namespace) + queryText(query);
    let answer: IncomingMessage | undefined;
    let release = (): void => {};
    try {
      answer = await this.#send({ method: 'GET', path, accept, signal });
      answer.setEncoding('utf8');
      release = this.#guard.watch(answer);
      for await (const line of readLines(answer)) yield watchEvent<T>(line, path);
    } catch (error) {
      if (signal?.aborted === true) return;
      throw await this.#failure(error);
    } finally {
      release();
      answer?.destroy();
    }
  }

  /**
   * Any request, for what {@link Cluster} has no verb for (discovery, version). Path and query as the API has them.
   *
   * @throws WeftError as described at {@link Cluster}
   */
  async request<T>(
    method: Method,
    path: string,
    body?: unknown,
    type = 'application/json',
    signal?: AbortSignal,
  ): Promise<T> {
    const content = body === undefined ? undefined : { type, text: JSON.stringify(body) };
    const answer = await this.#send({ method, path, body: content, signal });
    return this.#decode<T>(await this.#bodyOf(answer), path);
  }

  /** A GET whose answer has the form asked for, such as {@link tableAccept}. */
  async read<T>(path: string, accept: string): Promise<T> {
    return this.#decode<T>(await this.#bodyOf(await this.#send({ method: 'GET', path, accept })), path);
  }

  #pathOf(kind: Kind<KubernetesObject>, name: string, namespace?: string, subresource?: string): string {
    return resourcePath(kind, namespace ?? this.namespace, name, subresource);
  }

  async #listPages<T extends KubernetesObject>(
    kind: Kind<T>,
    options: ListOptions,
    limit: number | undefined,
  ): Promise<ObjectList<T>> {
    const { namespace, labelSelector, fieldSelector, signal } = options;
    const items: T[] = [];
    for (let token: string | undefined; ; ) {
      const query = queryText({ labelSelector, fieldSelector, limit, continue: token });
      const path = resourcePath(kind, namespace) + query;
      const page = await this.request<ListBody<T>>('GET', path, undefined, undefined, signal);
      for (const item of page.items ?? []) items.push(item);
      token = page.metadata.continue || undefined;
      if (token === undefined) return { items, resourceVersion: page.metadata.resourceVersion };
    }
  }

  /** Sends; an answer that is no success becomes an error. */
  async #send(request: TransportRequest): Promise<IncomingMessage> {
    let refused = false;
    for (let busy = 0; ; ) {
      const answer = await this.#transport.send(request).catch(async (error: Error) => {
        throw await this.#failure(error);
      });
      const status = answer.statusCode ?? 0;
      if (status >= 200 && status < 300) return answer;
      const text = await this.#bodyOf(answer);
      if (isWebPage(text)) throw foreignAnswer(this.#connection, text);
      const body = tryParse(text);
      if (status === 401) {
        if (refused) throw await unauthorized(this.#connection, body);
        refused = true;
        this.#connection.credentials.invalidate();
        continue;
      }
      const waitSeconds = Number(answer.headers['retry-after'] ?? Number.NaN);
      if ((status !== 429 && status !== 503) || !(waitSeconds >= 0) || busy++ >= maxBusyRetries) {
        const target = `${request.method} ${request.path.split('?')[0]}`;
        throw statusError(status, body, `API server answers ${status} to ${target}: ${text.slice(0, 200).trim()}`);
      }
      await sleep(Math.min(waitSeconds, 10) * 1000, undefined, { signal: request.signal });
    }
  }

  async #bodyOf(answer: IncomingMessage): Promise<string> {
    try {
      return await readBody(answer, this.#timeouts.answerMs);
    } catch (error) {
      throw await this.#failure(error);
    }
  }

  #decode<T>(text: string, path: string): T {
    if (isWebPage(text)) throw foreignAnswer(this.#connection, text);
    return parseJson<T>(text, path);
  }

  async #failure(error: unknown): Promise<Error> {
    if (error instanceof Error && error.name === 'AbortError') return error;
    return unreachable(this.#connection, error as NodeJS.ErrnoException);
  }

  async #probe(): Promise<boolean> {
    const signal = AbortSignal.timeout(this.#timeouts.probeMs);
    try {
      const answer = await this.#transport.send({ method: 'GET', path: '/version', signal }, this.#timeouts.probeMs);
      answer.resume();
      return true;
    } catch {
      return false;
    }
  }
}

interface ListBody<T> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items?: readonly T[] | null;
}

function watchEvent<T>(line: string, path: string): WatchEvent<T> {
  const event = parseJson<WatchEvent<T> | { readonly type: 'ERROR'; readonly object: StatusBody }>(line, path);
  if (event.type !== 'ERROR') return event;
  throw statusError(event.object.code ?? 500, event.object, 'the watch ended with an error');
}

function parseJson<T>(text: string, path: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new WeftError('API_ERROR', `Cannot read answer to "${path}": "${text.slice(0, 80)}" found, JSON needed`);
  }
}

function tryParse(text: string): StatusBody | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && 'status' in body ? (body as StatusBody) : undefined;
  } catch {
    return undefined;
  }
}
