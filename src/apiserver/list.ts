import type { Context } from './context.ts';
import type { Query } from './http/query.ts';
import { type Resource, storageKey } from './resource.ts';
import type { Selection } from './selection.ts';
import { badRequest, expired, StatusError } from './status-error.ts';
import { Entry } from './storage/entry.ts';

/** A list or one page of it. */
export interface ListResult {
  readonly entries: readonly Entry[];
  readonly resourceVersion: string;
  /** Present when there are more. */
  readonly continueToken?: string;
  /** How many more; unknown for a selection. */
  readonly remaining?: number;
}

/** Where the next page starts; pages show the state of the first one's version. */
interface Continuation {
  readonly version: number;
  readonly namespace: string;
  readonly name: string;
}

/**
 * Lists a resource: everything, or pages of `limit` with `continue`; or the exact state at an older resourceVersion
 * (`resourceVersionMatch=Exact`) as long as the event log reaches back to it.
 *
 * @throws StatusError 400, 410 (the version is no longer known), 504 (the version is not known yet)
 */
export function listObjects(context: Context, resource: Resource, selection: Selection, query: Query): ListResult {
  const { store } = context;
  const limit = query.count('limit') ?? 0;
  const token = query.text('continue');
  if (token !== undefined && query.has('resourceVersion') && !/^0?$/.test(query.raw('resourceVersion') ?? '')) {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  const from = token === undefined ? undefined : decodeToken(token);
  const version = from?.version ?? exactVersion(context, query) ?? store.version;
  const scanned =
    version === store.version
      ? store.scan(storageKey(resource), selection.namespace)
      : snapshot(context, resource, selection, version);
  const entries = scanned.filter((entry) => (from === undefined || isAfter(entry, from)) && selection.matches(entry));
  const resourceVersion = String(version);
  if (limit === 0 || entries.length <= limit) return { entries, resourceVersion };
  const page = entries.slice(0, limit);
  const last = page.at(-1);
  const next = encodeToken({ version, namespace: last?.namespace ?? '', name: last?.name ?? '' });
  // With a selector kube-apiserver does not know how many are left; clients are told the same here.
  const counted = query.text('labelSelector') === undefined && query.text('fieldSelector') === undefined;
  const rest = { continueToken: next, ...(counted && { remaining: entries.length - limit }) };
  return { entries: page, resourceVersion, ...rest };
}

/** `resourceVersion` of a list: only `Exact` asks for something else than the newest state, which is always allowed. */
function exactVersion(context: Context, query: Query): number | undefined {
  const match = query.choice('resourceVersionMatch', ['Exact', 'NotOlderThan']);
  const text = query.text('resourceVersion');
  if (match !== undefined && text === undefined) {
    throw badRequest('resourceVersionMatch is forbidden unless resourceVersion is provided');
  }
  if (text === undefined) return undefined;
  const version = parseVersion(text);
  if (version > context.store.version) throw tooLargeVersion(version, context.store.version);
  if (match !== 'Exact') return undefined;
  if (version === 0) throw badRequest('resourceVersionMatch "Exact" is forbidden with resourceVersion "0"');
  return version;
}

/** @throws StatusError 400 */
export function parseVersion(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw badRequest(`invalid resource version "${text}": must be a number of this server`);
}

/** 504: the client is ahead of this server, which happens when it talked to another one before. */
export function tooLargeVersion(asked: number, newest: number): StatusError {
  return new StatusError(504, 'Timeout', `Too large resource version: ${asked}, current: ${newest}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

/** The state at an older version: the newest one with every later change undone. */
function snapshot(context: Context, resource: Resource, selection: Selection, version: number): Entry[] {
  const { store } = context;
  if (version > store.version) throw tooLargeVersion(version, store.version);
  if (version < store.log.floor) {
    throw expired(
      `The provided continue parameter is too old to display a consistent list result: ${version} < ${store.log.floor}`,
    );
  }
  const key = storageKey(resource);
  const at = new Map<string, Entry | undefined>();
  for (const change of store.log.since(key, version)) {
    const id = `${change.entry.namespace}/${change.entry.name}`;
    if (!at.has(id)) at.set(id, change.previous && atOwnVersion(change.previous));
  }
  const unchanged = store.scan(key).filter((entry) => !at.has(`${entry.namespace}/${entry.name}`));
  const old = [...at.values()].filter((entry) => entry !== undefined);
  return [...unchanged, ...old]
    .filter((entry) => selection.namespace === undefined || entry.namespace === selection.namespace)
    .sort((a, b) => (isAfter(a, b) ? 1 : -1));
}

function atOwnVersion(entry: Entry): Entry {
  return new Entry(entry, Number(entry.object.metadata.resourceVersion), entry.text);
}

function isAfter(entry: Entry, from: { readonly namespace: string; readonly name: string }): boolean {
  return entry.namespace > from.namespace || (entry.namespace === from.namespace && entry.name > from.name);
}

function encodeToken(from: Continuation): string {
  return Buffer.from(JSON.stringify([1, from.version, from.namespace, from.name])).toString('base64url');
}

function decodeToken(token: string): Continuation {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(value)) {
      const [format, version, namespace, name] = value;
      const numbers = format === 1 && Number.isSafeInteger(version);
      if (numbers && typeof namespace === 'string' && typeof name === 'string') return { version, namespace, name };
    }
  } catch {
    // Falls through: whatever is wrong with the token, the answer is the same.
  }
  throw badRequest('continue key is not valid');
}
