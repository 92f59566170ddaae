import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { apiVersionOf } from '../../api/meta.ts';
import type { Context } from '../context.ts';
import type { JsonRecord } from '../json.ts';
import type { Resource } from '../resource.ts';
import { servedResources, servedVersions } from '../served.ts';
import { noSuchPath } from '../status-error.ts';
import { openApiV2 } from './openapi-v2.ts';
import { openApiV3 } from './openapi-v3.ts';
import { rememberLast } from './remember-last.ts';

/** A document as it is sent. */
interface Document {
  readonly text: string;
  /** Changes with the text: the ETag, and `hash` in the addresses of the index. */
  readonly hash: string;
}

/**
 * Answers GET of `/openapi/v2` (as JSON), `/openapi/v3` and `/openapi/v3/apis/GROUP/VERSION`. A document is computed once
 * for a set of served kinds; a client that has it gets 304, one that names its hash may keep it for ever.
 *
 * @param path without query
 * @throws StatusError 404 for another path or a group version that is not served
 */
export async function serveOpenApi(
  context: Context,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const resources = context.registry.all();
  const asked = new URLSearchParams((request.url ?? '').split('?', 2)[1]).get('hash');
  const document = await documentAt(path, resources);
  if (document === undefined) throw noSuchPath();
  if (asked !== null && asked !== document.hash && path !== '/openapi/v3') {
    // An index that is out of date: the client asks again for what is there now.
    response.writeHead(301, { location: `${path}?hash=${document.hash}`, 'content-length': 0 });
    response.end();
    return;
  }
  response.setHeader('etag', `"${document.hash}"`);
  response.setHeader('vary', 'Accept');
  response.setHeader(
    'cache-control',
    asked === document.hash ? 'public, max-age=31536000, immutable' : 'no-cache, private',
  );
  if (request.headers['if-none-match']?.includes(`"${document.hash}"`) === true) {
    response.writeHead(304);
    response.end();
    return;
  }
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(document.text),
  });
  response.end(document.text);
}

async function documentAt(path: string, resources: readonly Resource[]): Promise<Document | undefined> {
  if (path === '/openapi/v2') return secondVersion(resources);
  if (path === '/openapi/v3') return index(resources);
  const prefix = '/openapi/v3/';
  return path.startsWith(prefix) ? groupVersions(resources).get(path.slice(prefix.length))?.() : undefined;
}

const secondVersion = rememberLast((resources) => asDocument(() => openApiV2(resources)));

async function index(resources: readonly Resource[]): Promise<Document> {
  const paths: JsonRecord = {};
  for (const [name, document] of groupVersions(resources)) {
    const { hash } = await document();
    paths[name] = { serverRelativeURL: `/openapi/v3/${name}?hash=${hash}` };
  }
  return asDocument(() => ({ paths }));
}

const computed = new Map<string, (resources: readonly Resource[]) => Promise<Document>>();

/** `apis/apps/v1` -> its document, which depends on the kinds of this group version only. */
function groupVersions(resources: readonly Resource[]): Map<string, () => Promise<Document>> {
  const found = new Map<string, () => Promise<Document>>();
  for (const apiVersion of servedVersions(servedResources(resources))) {
    const name = apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`;
    const isHere = (one: { readonly group: string; readonly version: string }) => apiVersionOf(one) === apiVersion;
    const compute =
      computed.get(name) ??
      rememberLast((kinds) => asDocument(() => openApiV3(servedResources(kinds).filter(isHere), kinds)));
    computed.set(name, compute);
    found.set(name, () => compute(resources.filter(isHere)));
  }
  return found;
}

/** Builds, then writes down: other requests have their turn before both, and between them. */
async function asDocument(build: () => JsonRecord): Promise<Document> {
  await setImmediate();
  const value = build();
  await setImmediate();
  const text = JSON.stringify(value);
  return { text, hash: createHash('sha256').update(text).digest('hex').toUpperCase() };
}
