import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { aggregatedDiscovery, aggregatedType } from '../aggregated-discovery.ts';
import type { Context } from '../context.ts';
import { apiGroup, apiGroupList, apiResourceList, coreVersions, rootPaths, versionInfo } from '../discovery.ts';
import type { JsonRecord } from '../json.ts';
import { serveOpenApi } from '../openapi/serve.ts';
import { serveEncodedOpenApi, wantsEncodedOpenApi } from '../protobuf/serve-openapi.ts';
import { handleResource } from '../resource-handler.ts';
import { findReviewKind } from '../review-kinds.ts';
import { subresourcesOf } from '../served.ts';
import { methodNotAllowed, noSuchPath, StatusError } from '../status-error.ts';
import { proxyNode } from '../streaming/node-proxy.ts';
import { authenticate, type User, unauthorized } from './authentication.ts';
import { checkHealth } from './health.ts';
import { impersonate } from './impersonate.ts';
import { Metrics, measuredRequest } from './metrics.ts';
import { Query } from './query.ts';
import { parseRequestPath, type RequestPath } from './request-path.ts';
import { answerForm, sendError, sendText } from './respond.ts';

/** Limits and intervals of the request handling. */
export interface RouterOptions {
  /** More requests than this at one time (watches do not count) are answered 429. */
  readonly maxInFlight: number;
  readonly bookmarkEveryMs: number;
}

/** A request that was read so far, and who sent it. */
interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: RequestPath;
  readonly query: Query;
}

/** Makes the function that answers every request of every listener. It never throws and never rejects. */
export function createRouter(context: Context, options: RouterOptions) {
  const metrics = new Metrics(context.store);
  let inFlight = 0;
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    inFlight += 1;
    try {
      if (inFlight > options.maxInFlight) {
        throw new StatusError(429, 'TooManyRequests', 'the server has received too many requests, try again later');
      }
      await route(context, options, metrics, request, response);
    } catch (error) {
      sendError(request, response, error, context.log);
    } finally {
      inFlight -= 1;
    }
  };
}

async function route(
  context: Context,
  options: RouterOptions,
  metrics: Metrics,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [pathname = '/', search] = (request.url ?? '/').split('?', 2);
  const sender = authenticate(request);
  const user = sender && impersonate(sender, request);
  const path = readPath(pathname, user !== undefined);
  const query = new Query(new URLSearchParams(search));
  measure(metrics, request, response, isServed(context, path) ? path : { kind: 'group', group: '' }, query);
  const call = { request, response, path, query };
  // Anybody may read what a load balancer or a version check needs.
  if (path.kind === 'health') return answerHealth(context, call);
  if (user === undefined && !(path.kind === 'discovery' && path.path === '/version')) throw unauthorized();
  await answer(context, options, metrics, call, user);
}

async function answer(
  context: Context,
  options: RouterOptions,
  metrics: Metrics,
  call: Call,
  user: User | undefined,
): Promise<void> {
  const { request, response, path, query } = call;
  if (path.kind === 'resource') {
    if (user === undefined) throw unauthorized();
    return handleResource(context, options, { request, response, path, query, user });
  }
  if (path.kind === 'node-proxy') return proxyNode(context, path, request, response);
  if (request.method !== 'GET') throw methodNotAllowed();
  if (path.kind === 'openapi') {
    if (path.path === '/openapi/v2' && wantsEncodedOpenApi(request))
      await serveEncodedOpenApi(context, request, response);
    else await serveOpenApi(context, request, response, path.path);
  } else if (path.kind === 'metrics') {
    const { type, text } = await metrics.text();
    response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
    response.end(text);
  } else await answerDiscovery(context, call);
}

/** Strangers learn nothing about which paths exist. */
function readPath(pathname: string, known: boolean): RequestPath {
  try {
    return parseRequestPath(pathname);
  } catch (error) {
    throw known ? error : unauthorized();
  }
}

/** Only what there is becomes a label: nobody can make the metrics grow by asking for nonsense. */
function isServed(context: Context, path: RequestPath): boolean {
  if (path.kind !== 'resource') return true;
  const { group, version, plural, subresource } = path;
  if (findReviewKind(group, version, plural) !== undefined) return subresource === undefined;
  const resource = context.registry.find(group, version, plural);
  if (resource === undefined || subresource === undefined) return resource !== undefined;
  return subresourcesOf(resource).some((one) => one.name === subresource);
}

function measure(
  metrics: Metrics,
  request: IncomingMessage,
  response: ServerResponse,
  path: RequestPath,
  query: Query,
) {
  // A bad value is refused where it is read for good.
  const watch =
    path.kind === 'resource' && request.method === 'GET' && /^(|1|t|true)$/i.test(query.raw('watch') ?? '0');
  const mediaType = request.headers['content-type'] ?? '';
  const end = metrics.begin(measuredRequest(request.method ?? '', path, watch, mediaType));
  response.once('close', () => end(response.statusCode));
}

function answerHealth(context: Context, { request, response, path, query }: Call): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed();
  const asked = path.kind === 'health' ? path.path : '';
  const { ok, text } = checkHealth(context.store, asked, {
    verbose: query.flag('verbose'),
    exclude: query.all('exclude'),
  });
  if (!ok) context.log.error('health check failed', { path: asked, report: text });
  response.writeHead(ok ? 200 : 500, {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache, private',
  });
  response.end(text);
}

async function answerDiscovery(context: Context, { request, response, path }: Call): Promise<void> {
  const resources = context.registry.all();
  const root = path.kind === 'discovery' ? path.path : undefined;
  const aggregated = root === '/api' || root === '/apis';
  const form = answerForm(request, aggregated ? ['discovery'] : []);
  if (form.kind !== 'discovery') {
    await sendText(request, response, 200, JSON.stringify(describe(context, path)));
    return;
  }
  const text = JSON.stringify(aggregatedDiscovery(resources, root === '/api', form.version));
  const etag = `"${createHash('sha256').update(text).digest('hex').toUpperCase()}"`;
  if (request.headers['if-none-match']?.includes(etag) === true) {
    response.writeHead(304, { etag, vary: 'Accept' });
    response.end();
    return;
  }
  await sendText(request, response, 200, text, { type: aggregatedType(form.version), etag });
}

function describe(context: Context, path: RequestPath): JsonRecord {
  const resources = context.registry.all();
  const found =
    path.kind === 'group'
      ? apiGroup(path.group, resources)
      : path.kind === 'group-version'
        ? apiResourceList(path.group, path.version, resources)
        : path.kind === 'discovery'
          ? rootAnswers[path.path](resources)
          : undefined;
  if (found === undefined) throw noSuchPath();
  return found;
}

const rootAnswers = {
  '/': rootPaths,
  '/api': coreVersions,
  '/apis': apiGroupList,
  '/version': () => versionInfo,
};
