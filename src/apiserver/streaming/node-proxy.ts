import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from '../context.ts';
import { builtInResource, storageKey } from '../resource.ts';
import { badRequest, methodNotAllowed, notFound } from '../status-error.ts';
import { kubeletSocket } from './kubelet-socket.ts';
import { formatPortPath } from './node-path.ts';
import { proxyAnswer } from './proxy.ts';

/** `nodes/NODE:PORT/proxy/PATH` of the API, taken apart. */
export interface NodeProxyPath {
  /** `node1:9099` or `http:node1:9099`. */
  readonly target: string;
  /** What is asked for there, as it came: `/debug/policy`. */
  readonly path: string;
}

/**
 * Passes a GET on to a port of a node, over the node's kubelet.
 *
 * @throws StatusError 400 without a port, or for anything but HTTP; 404 no such node; 405; 503 no way to the node
 */
export async function proxyNode(
  context: Context,
  { target, path }: NodeProxyPath,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET') throw methodNotAllowed();
  const { node, port } = readTarget(target);
  const nodes = builtInResource('Node');
  if (context.store.get({ resource: storageKey(nodes), namespace: '', name: node }) === undefined) {
    throw notFound(nodes, node);
  }
  const [, search] = (request.url ?? '').split('?', 2);
  const wanted = search === undefined ? path : `${path}?${search}`;
  await proxyAnswer(kubeletSocket(context, node), formatPortPath(port, wanted), node, response);
}

function readTarget(target: string): { readonly node: string; readonly port: number } {
  const [, scheme = '', node = '', digits = ''] = /^(?:([a-z]*):)?([^:]+):(\d{1,5})$/.exec(target) ?? [];
  const port = Number(digits);
  if (node === '' || !(port > 0 && port < 65_536)) {
    throw badRequest(`cannot reach "${target}": NODE:PORT with a port from 1 to 65535 needed`);
  }
  if (scheme === '' || scheme === 'http') return { node, port };
  throw badRequest(`cannot reach "${target}" by ${scheme}: http needed`);
}
