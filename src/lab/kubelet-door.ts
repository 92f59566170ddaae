import { rmSync } from 'node:fs';
import { serveNode } from '../apiserver/streaming/serve-node.ts';
import { errorText, WeftError } from '../base/errors.ts';
import type { Kubelet } from './kubelet.ts';
import type { KubeletContext } from './kubelet-context.ts';
import { createNodeStreams } from './kubelet-streams.ts';

/**
 * Serves the node's streams (exec, attach, port-forward, logs) on a unix socket that only root may open.
 *
 * @throws WeftError LAB_KUBELET_SOCKET
 */
export async function openKubeletDoor(context: KubeletContext, kubelet: Kubelet, path: string): Promise<void> {
  const server = serveNode(createNodeStreams(context, kubelet), context.log);
  // Of a kubelet before this one.
  rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new WeftError('LAB_KUBELET_SOCKET', `Cannot listen on "${path}": ${errorText(error)}`, { cause: error })),
    );
    const umask = process.umask(0o177);
    server.listen(path, resolve);
    process.umask(umask);
  });
  context.signal.addEventListener('abort', () => {
    server.close();
    server.closeAllConnections();
    rmSync(path, { force: true });
  });
}
