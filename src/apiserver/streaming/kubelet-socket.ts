import { isSubdomain } from '../../api/name-syntax.ts';
import type { Context } from '../context.ts';
import { StatusError } from '../status-error.ts';

/** The unix socket of a node's kubelet. @throws StatusError 503 */
export function kubeletSocket(context: Context, node: string): string {
  // The name comes from a Pod or a path, which anybody may have written, and becomes part of a path.
  const found = isSubdomain(node) ? context.kubelets?.(node) : undefined;
  if (found !== undefined) return found.socketPath;
  const why =
    context.kubelets === undefined ? 'this API server was started without a way to its nodes' : 'unknown node';
  throw new StatusError(503, 'ServiceUnavailable', `unable to reach the kubelet of node "${node}": ${why}`);
}
