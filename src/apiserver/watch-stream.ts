import type { ServerResponse } from 'node:http';
import { apiVersionOf } from '../api/meta.ts';
import type { Context } from './context.ts';
import type { Query } from './http/query.ts';
import type { ApiObject } from './json.ts';
import { parseVersion, tooLargeVersion } from './list.ts';
import { type EventWriter, eventWriter, type TextOptions } from './object-text.ts';
import { type Resource, storageKey } from './resource.ts';
import type { Selection } from './selection.ts';
import { expired, forbiddenValue, StatusError } from './status-error.ts';
import type { Change, Entry } from './storage/entry.ts';

/** What a watch asks for. */
export interface WatchRequest {
  readonly resource: Resource;
  /** The form of the objects. */
  readonly text: TextOptions;
  readonly selection: Selection;
  /** 0 or `undefined`: begin with an ADDED event for everything there is. */
  readonly version: number | undefined;
  readonly bookmarks: boolean;
  /** True: begin with everything there is, then a bookmark with `k8s.io/initial-events-end`. False: without. */
  readonly initialEvents: boolean | undefined;
  readonly timeoutMs: number;
  readonly bookmarkEveryMs: number;
}

const minTimeoutMs = 1_800_000;
const maxWaitingBytes = 32 * 1024 * 1024;

/** Reads the watch part of a query. @throws StatusError 400, 422 */
export function readWatchRequest(
  text: TextOptions,
  selection: Selection,
  query: Query,
  bookmarkEveryMs: number,
): WatchRequest {
  const version = query.text('resourceVersion');
  const bookmarks = query.flag('allowWatchBookmarks');
  const initialEvents = query.has('sendInitialEvents') ? query.flag('sendInitialEvents') : undefined;
  checkVersionMatch(query.text('resourceVersionMatch'), initialEvents);
  const seconds = query.count('timeoutSeconds');
  return {
    resource: text.resource,
    text,
    selection,
    version: version === undefined ? undefined : parseVersion(version),
    bookmarks,
    initialEvents,
    // Long watches end at different times, so that many clients do not come back at once.
    timeoutMs: seconds ? Math.min(seconds * 1000, 2 ** 31 - 1) : Math.round(minTimeoutMs * (1 + Math.random())),
    bookmarkEveryMs,
  };
}

function checkVersionMatch(match: string | undefined, initialEvents: boolean | undefined): void {
  const why =
    initialEvents !== undefined && match !== 'NotOlderThan'
      ? 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'
      : initialEvents === undefined && match !== undefined
        ? 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'
        : undefined;
  if (why === undefined) return;
  throw new StatusError(422, 'Invalid', why, { causes: [forbiddenValue('resourceVersionMatch', why)] });
}

/**
 * Answers a watch: one JSON event per line, in the order of versions, nothing left out and nothing twice, until the
 * client goes, the time is over, or the client is too slow to be waited for (then the stream ends and the client
 * resumes from the last version it saw). An object that enters the selection is ADDED, one that leaves it is DELETED.
 *
 * A version older than the event log is answered with an ERROR event that holds a 410 `Status`.
 */
export function startWatch(context: Context, request: WatchRequest, response: ServerResponse): void {
  const { store } = context;
  store.flush();
  const { version } = request;
  if (version !== undefined && version > store.version) throw tooLargeVersion(version, store.version);
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  if (version !== undefined && version !== 0 && version < store.log.floor) {
    const gone = expired(`too old resource version: ${version} (${store.log.floor})`);
    response.end(eventLine('ERROR', JSON.stringify(gone.toStatus())));
    return;
  }
  new WatchStream(context, request, response).start();
}

class WatchStream {
  readonly #context: Context;
  readonly #request: WatchRequest;
  readonly #response: ServerResponse;
  /** Absent for plain objects. */
  readonly #writer: EventWriter | undefined;
  /** Everything up to here has been sent or was not selected. */
  #sent: number;
  #started = false;
  #ended = false;
  /** How much may wait for the client; what there was at the start does not count against it. */
  #maxWaiting = maxWaitingBytes;

  constructor(context: Context, request: WatchRequest, response: ServerResponse) {
    this.#context = context;
    this.#request = request;
    this.#response = response;
    this.#writer = eventWriter(request.text, context.now);
    this.#sent = context.store.version;
  }

  start(): void {
    // Its end has been told already, so nothing would ever stop what is begun here.
    if (this.#response.destroyed) return;
    const { store } = this.#context;
    const { version, initialEvents, bookmarks, timeoutMs, bookmarkEveryMs } = this.#request;
    const key = storageKey(this.#request.resource);
    const fromNow = version === undefined || version === 0;
    if (initialEvents === true || (fromNow && initialEvents === undefined))
      this.#sendState(key, initialEvents === true);
    else if (!fromNow && version < store.version) this.#sendChanges(store.log.since(key, version));
    this.#maxWaiting += this.#response.writableLength;
    this.#started = true;
    const unsubscribe = store.subscribe((changes) => {
      this.#sendChanges(changes.filter((change) => change.entry.resource === key));
      const newest = changes.at(-1);
      if (newest !== undefined) this.#sent = newest.entry.version;
    });
    const bookmark = setInterval(() => {
      if (bookmarks) this.#sendBookmark(this.#sent);
    }, bookmarkEveryMs);
    const timeout = setTimeout(() => {
      if (bookmarks) this.#sendBookmark(this.#sent);
      stop();
      this.#response.end();
    }, timeoutMs);
    // Also before the end by timeout: a client that reads slowly closes late, and nothing may be written in between.
    const stop = (): void => {
      this.#ended = true;
      unsubscribe();
      clearInterval(bookmark);
      clearTimeout(timeout);
    };
    this.#response.on('close', stop);
  }

  #sendState(key: string, marksEnd: boolean): void {
    const { store } = this.#context;
    const { selection } = this.#request;
    const entries = store.scan(key, selection.namespace).filter((entry) => selection.matches(entry));
    this.#write(entries.map((entry) => this.#line('ADDED', entry)).join(''));
    if (marksEnd) this.#sendBookmark(store.version, { 'k8s.io/initial-events-end': 'true' });
  }

  #sendChanges(changes: readonly Change[]): void {
    let text = '';
    for (const change of changes) {
      const type = selectedType(this.#request.selection, change);
      if (type !== undefined) text += this.#line(type, change.entry);
    }
    this.#write(text);
  }

  #line(type: Change['type'], entry: Entry): string {
    return this.#writer === undefined ? lineOf(type, entry) : eventLine(type, this.#writer.object(entry));
  }

  #sendBookmark(version: number, annotations?: Record<string, string>): void {
    const { resource } = this.#request;
    const { kind } = resource;
    const metadata = { resourceVersion: String(version), creationTimestamp: null, ...(annotations && { annotations }) };
    const object = { kind, apiVersion: apiVersionOf(resource), metadata };
    // A bookmark is the one object without a name.
    const text = this.#writer?.bookmark(object as unknown as ApiObject) ?? JSON.stringify(object);
    this.#write(eventLine('BOOKMARK', text));
  }

  #write(text: string): void {
    if (text === '' || this.#ended) return;
    this.#response.write(text);
    if (!this.#started || this.#response.writableLength <= this.#maxWaiting) return;
    this.#ended = true;
    const { plural } = this.#request.resource;
    this.#context.log.warn('watch ended, its client does not read', {
      resource: plural,
      bytes: this.#response.writableLength,
    });
    this.#response.destroy();
  }
}

/** The event as this selection sees it; `undefined` when it concerns nothing selected. */
function selectedType(selection: Selection, { entry, previous, type }: Change): Change['type'] | undefined {
  const is = type !== 'DELETED' && selection.matches(entry);
  const was = previous !== undefined && selection.matches(previous);
  if (is) return was ? 'MODIFIED' : 'ADDED';
  return was ? 'DELETED' : undefined;
}

const lines = new WeakMap<Entry, { readonly type: string; readonly line: string }>();

/** The same line goes to every watcher, so it is put together once. */
function lineOf(type: string, entry: Entry): string {
  const known = lines.get(entry);
  if (known?.type === type) return known.line;
  const line = eventLine(type, entry.text);
  lines.set(entry, { type, line });
  return line;
}

function eventLine(type: string, object: string): string {
  return `{"type":"${type}","object":${object}}\n`;
}
