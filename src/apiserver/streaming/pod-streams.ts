import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Pod } from '../../api/core.ts';
import type { Context } from '../context.ts';
import type { Query } from '../http/query.ts';
import { builtInResource, type Resource } from '../resource.ts';
import { badRequest, methodNotAllowed, notFound } from '../status-error.ts';
import type { EntryKey } from '../storage/entry.ts';
import { kubeletSocket } from './kubelet-socket.ts';
import { readLogRequest } from './log-request.ts';
import { formatNodePath, type NodeAction } from './node-path.ts';
import { findContainer, findRunningPod, type PlacedTarget } from './pod-target.ts';
import { proxyAnswer, proxyUpgrade } from './proxy.ts';
import { readCommandRequest } from './remote-command.ts';
import { wantsUpgrade } from './upgrade.ts';

const actions: ReadonlyMap<string, NodeAction> = new Map([
  ['log', 'containerLogs'],
  ['exec', 'exec'],
  ['attach', 'attach'],
  ['portforward', 'portForward'],
]);

/** Is `pods/NAME/SUBRESOURCE` one that the pod's node answers? */
export function isPodStream(resource: Resource, subresource: string | undefined): subresource is string {
  return resource.kind === 'Pod' && !resource.custom && subresource !== undefined && actions.has(subresource);
}

/**
 * Answers `pods/NAME/log|exec|attach|portforward`: looks at the pod, then lets client and node talk directly. Resolves
 * when the answer has begun; streams outlive it.
 *
 * @throws StatusError 404 no such pod, 400 a pod or request that it cannot be done for, 503 no way to the node
 */
export async function streamPod(
  context: Context,
  key: EntryKey,
  subresource: string,
  call: { readonly request: IncomingMessage; readonly response: ServerResponse; readonly query: Query },
): Promise<void> {
  const { request, response, query } = call;
  const action = actions.get(subresource);
  const entry = context.store.get(key);
  if (action === undefined || entry === undefined) throw notFound(builtInResource('Pod'), key.name);
  const parameters = new URLSearchParams((request.url ?? '').split('?', 2)[1]);
  const { node, target } = check(entry.object as unknown as Pod, action, query, context.now());
  const socketPath = kubeletSocket(context, node);
  const path = formatNodePath(action, target, parameters);
  if (action === 'containerLogs') {
    if (request.method !== 'GET') throw methodNotAllowed();
    return proxyAnswer(socketPath, path, node, response);
  }
  if (request.method !== 'GET' && request.method !== 'POST') throw methodNotAllowed();
  if (!wantsUpgrade(request)) throw badRequest('Upgrade request required');
  return proxyUpgrade(socketPath, path, node, request, response);
}

/** Refuses what is wrong by itself before any node is asked. */
function check(pod: Pod, action: NodeAction, query: Query, now: number): PlacedTarget {
  const container = query.text('container');
  switch (action) {
    case 'containerLogs':
      readLogRequest(query, now);
      return findContainer(pod, container);
    case 'portForward':
      return findRunningPod(pod);
    case 'exec':
      if (!query.has('command')) throw badRequest('you must specify at least one command for the container');
      break;
    case 'attach':
      break;
  }
  readCommandRequest(query, []);
  findRunningPod(pod);
  return findContainer(pod, container);
}
