import { type ConnectionOptions, findConnection } from './find-connection.ts';
import { HttpCluster } from './http-cluster.ts';

/**
 * Finds the cluster (see `findConnection`) and makes a client for it. Nothing is sent yet.
 *
 * @throws WeftError KUBECONFIG_NONE, KUBECONFIG_UNREADABLE
 */
export async function connectCluster(options: ConnectionOptions = {}): Promise<HttpCluster> {
  return new HttpCluster(await findConnection(options));
}
