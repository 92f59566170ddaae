import type { IncomingMessage, ServerResponse } from 'node:http';
import { authenticate, unauthorized } from './authentication.ts';
import type { Context } from './context.ts';
import { apiGroup, apiGroupList, apiResourceList, coreVersions, rootPaths, versionInfo } from './discovery.ts';
import type { JsonRecord } from './json.ts';
import { Query } from './query.ts';
import { parseRequestPath, type RequestPath } from './request-path.ts';
import { handleResource } from './resource-handler.ts';
import { checkAccept, sendError, sendText } from './respond.ts';
import { methodNotAllowed, noSuchPath, StatusError } from './status-error.ts';

/** Limits and intervals of the request handling. */
export interface RouterOptions {
  /** More requests than this at one time (watches do not count) are answered 429. */
  readonly maxInFlight: number;
  readonly bookmarkEveryMs: number;
}

/** Paths that anybody may read: what a load balancer or a version check needs. */
const open: readonly string[] = ['/version', '/healthz', '/livez', '/readyz'];

/** Makes the function that answers every request of every listener. It never throws and never rejects. */
export function createRouter(context: Context, options: RouterOptions) {
  let inFlight = 0;
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    inFlight += 1;
    try {
      if (inFlight > options.maxInFlight) {
        throw new StatusError(429, 'TooManyRequests', 'the server has received too many requests, try again later');
      }
      await route(context, options, request, response);
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
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [pathname = '/', search] = (request.url ?? '/').split('?', 2);
  const user = authenticate(request);
  const path = readPath(pathname, user !== undefined);
  if (user === undefined && !(path.kind === 'discovery' && open.includes(path.path))) throw unauthorized();
  if (path.kind === 'resource') {
    checkAccept(request);
    await handleResource(context, options, { request, response, path, query: new Query(new URLSearchParams(search)) });
    return;
  }
  if (request.method !== 'GET') throw methodNotAllowed();
  if (path.kind === 'discovery' && path.path.endsWith('z')) {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
    response.end('ok');
    return;
  }
  checkAccept(request);
  sendText(request, response, 200, JSON.stringify(describe(context, path)));
}

/** Strangers learn nothing about which paths exist. */
function readPath(pathname: string, known: boolean): RequestPath {
  try {
    return parseRequestPath(pathname);
  } catch (error) {
    throw known ? error : unauthorized();
  }
}

function describe(context: Context, path: Exclude<RequestPath, { kind: 'resource' }>): JsonRecord {
  const resources = context.registry.all();
  const found =
    path.kind === 'group'
      ? apiGroup(path.group, resources)
      : path.kind === 'group-version'
        ? apiResourceList(path.group, path.version, resources)
        : {
            '/': rootPaths(resources),
            '/api': coreVersions(),
            '/apis': apiGroupList(resources),
            '/version': versionInfo,
          }[path.path as string];
  if (found === undefined) throw noSuchPath();
  return found;
}
