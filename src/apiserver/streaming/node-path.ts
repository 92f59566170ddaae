import type { Query } from '../http/query.ts';
import { noSuchPath } from '../status-error.ts';
import type { ContainerTarget } from './node-streams.ts';

/** What a node is asked for. The words are the kubelet's. */
export type NodeAction = 'exec' | 'attach' | 'portForward' | 'containerLogs';

const actions: readonly NodeAction[] = ['exec', 'attach', 'portForward', 'containerLogs'];

/** `/exec/NAMESPACE/POD/CONTAINER?uid=UID&...`; portForward has no container. */
export function formatNodePath(action: NodeAction, target: ContainerTarget, parameters: URLSearchParams): string {
  const { namespace, pod, uid, container } = target;
  const segments = [action, namespace, pod, ...(container === '' ? [] : [container])].map(encodeURIComponent);
  const query = new URLSearchParams(parameters);
  query.delete('container');
  query.set('uid', uid);
  return `/${segments.join('/')}?${query}`;
}

/** `/port/9099/debug/policy`: what an HTTP server at a port of the node itself answers. */
export function formatPortPath(port: number, path: string): string {
  return `/port/${port}${path}`;
}

/** The inverse of {@link formatPortPath}; `undefined` for any other path. */
export function parsePortPath(url: string): { readonly port: number; readonly path: string } | undefined {
  const [, port, path] = /^\/port\/(\d{1,5})(\/.*)$/.exec(url) ?? [];
  return port === undefined || path === undefined ? undefined : { port: Number(port), path };
}

/** The inverse of {@link formatNodePath}. @throws StatusError 404 */
export function parseNodePath(
  path: string,
  query: Query,
): { readonly action: NodeAction; readonly target: ContainerTarget } {
  const [action, namespace, pod, container, ...more] = path.slice(1).split('/').map(decodeURIComponent);
  const known = actions.find((one) => one === action);
  const complete = known === 'portForward' ? container === undefined : container !== undefined;
  if (known === undefined || namespace === undefined || pod === undefined || !complete || more.length > 0) {
    throw noSuchPath();
  }
  return { action: known, target: { namespace, pod, uid: query.text('uid') ?? '', container: container ?? '' } };
}
