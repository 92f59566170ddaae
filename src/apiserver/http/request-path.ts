import { noSuchPath } from '../status-error.ts';

/** A path of the API, taken apart. */
export type RequestPath =
  | { readonly kind: 'discovery'; readonly path: '/' | '/api' | '/apis' | '/version' }
  /** `/readyz`, `/livez/ping`. */
  | { readonly kind: 'health'; readonly path: string }
  | { readonly kind: 'metrics' }
  /** `/openapi/v2`, `/openapi/v3`, `/openapi/v3/apis/apps/v1`. */
  | { readonly kind: 'openapi'; readonly path: string }
  | { readonly kind: 'group'; readonly group: string }
  /** `/api/v1/nodes/NODE:PORT/proxy/PATH`. */
  | { readonly kind: 'node-proxy'; readonly target: string; readonly path: string }
  | { readonly kind: 'group-version'; readonly group: string; readonly version: string }
  | {
      readonly kind: 'resource';
      readonly group: string;
      readonly version: string;
      readonly plural: string;
      readonly namespace: string | undefined;
      readonly name: string | undefined;
      readonly subresource: string | undefined;
    };

const plain = ['/', '/api', '/apis', '/version'] as const;

/**
 * Takes the path of a URL apart: `/api/v1/namespaces/default/pods/web/status`,
 * `/apis/apps/v1/namespaces/default/deployments`, `/apis/projectcalico.org/v3/ippools/pool`.
 * Segments are percent-decoded; one that decodes to something with `/`, `%`, NUL or to `.` and `..` names nothing.
 *
 * @throws StatusError 404 for anything else
 */
export function parseRequestPath(pathname: string): RequestPath {
  const known = plain.find((path) => path === pathname || `${path}/` === pathname);
  if (known !== undefined) return { kind: 'discovery', path: known };
  if (/^\/(livez|readyz|healthz)(\/[a-z-]+)?\/?$/.test(pathname)) {
    return { kind: 'health', path: pathname.replace(/\/$/, '') };
  }
  if (pathname === '/metrics') return { kind: 'metrics' };
  if (pathname.startsWith('/openapi/')) return { kind: 'openapi', path: pathname };
  const proxy = /^\/api\/v1\/nodes\/([^/]+)\/proxy(\/.*)?$/.exec(pathname);
  // What comes after is the node's affair, and passed on as it came.
  if (proxy !== null) return { kind: 'node-proxy', target: decodeSegment(proxy[1] ?? ''), path: proxy[2] ?? '/' };
  const segments = pathname.replace(/\/$/, '').slice(1).split('/').map(decodeSegment);
  if (segments[0] === 'api') return below('', segments.slice(1));
  if (segments[0] === 'apis' && segments[1] !== undefined) {
    if (segments.length === 2) return { kind: 'group', group: segments[1] };
    return below(segments[1], segments.slice(2));
  }
  throw noSuchPath();
}

function below(group: string, segments: readonly string[]): RequestPath {
  const [version, ...rest] = segments;
  if (version === undefined) throw noSuchPath();
  if (rest.length === 0) return { kind: 'group-version', group, version };
  const [first, second, third] = rest;
  // `namespaces/X/status` and `/finalize` are subresources of the Namespace, `namespaces/X/pods` is a resource in it.
  const inNamespace = first === 'namespaces' && third !== undefined && third !== 'status' && third !== 'finalize';
  const namespace = inNamespace ? second : undefined;
  const [plural, name, subresource, ...more] = inNamespace ? rest.slice(2) : rest;
  if (plural === undefined || more.length > 0) throw noSuchPath();
  return { kind: 'resource', group, version, plural, namespace, name, subresource };
}

function decodeSegment(segment: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(segment);
  } catch {
    throw noSuchPath();
  }
  if (decoded === '' || decoded === '.' || decoded === '..' || /[/%\0]/.test(decoded)) throw noSuchPath();
  return decoded;
}
