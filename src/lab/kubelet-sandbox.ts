import { createHash, randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import type { Pod } from '../api/core.ts';
import { errorText, WeftError } from '../base/errors.ts';
import { createNetns, deleteNetns } from '../host/netns.ts';
import { readCniNetwork } from './cni-network.ts';
import { type CniAttachment, cniAdd, cniDel } from './cni-runtime.ts';
import type { KubeletContext } from './kubelet-context.ts';
import type { SandboxRecord } from './pod-record.ts';

const netnsDirectory = '/run/netns';

/**
 * Makes a pod's network namespace and attaches it by the CNI plugins. On failure everything is undone before the error
 * is thrown.
 *
 * @param note called before the ADD with what must be undone if this process dies meanwhile
 * @throws WeftError LAB_NO_CNI_CONFIG; LAB_CNI
 */
export async function createSandbox(
  context: KubeletContext,
  pod: Pod,
  note: (sandbox: SandboxRecord) => void,
): Promise<SandboxRecord> {
  const network = readCniNetwork(context.cniConfigDirectory);
  if (network === undefined) {
    throw new WeftError(
      'LAB_NO_CNI_CONFIG',
      `Cannot attach pod: no network configuration in ${context.cniConfigDirectory}, the agent writes it when it is ready`,
    );
  }
  const attachment = makeAttachment(pod);
  const begun: SandboxRecord = { attachment, network, podIps: [] };
  note(begun);
  try {
    createNetns(attachment.netns);
    const result = await cniAdd(network, attachment, context.cniPath);
    const podIps = (result.ips ?? []).map((one) => one.address.split('/')[0] ?? '');
    return { ...begun, result, podIps };
  } catch (error) {
    await removeSandbox(context, begun).catch((cause) =>
      context.log.warn('cannot undo failed attachment', { pod: pod.metadata.name, error: errorText(cause) }),
    );
    throw error;
  }
}

/** Detaches and removes the namespace. Idempotent. @throws WeftError LAB_CNI; the namespace is then still there */
export async function removeSandbox(context: KubeletContext, sandbox: SandboxRecord): Promise<void> {
  await cniDel(sandbox.network, sandbox.attachment, context.cniPath, sandbox.result);
  deleteNetns(sandbox.attachment.netns);
}

/** Removes namespaces of ours that no pod record knows: an attachment was interrupted before it was noted. */
export function removeOrphanNamespaces(known: ReadonlySet<string>): readonly string[] {
  const orphans = listNamespaces().filter((path) => !known.has(path));
  for (const path of orphans) deleteNetns(path);
  return orphans;
}

function listNamespaces(): readonly string[] {
  try {
    return readdirSync(netnsDirectory)
      .filter((name) => name.startsWith('cni-'))
      .map((name) => `${netnsDirectory}/${name}`);
  } catch {
    return [];
  }
}

function makeAttachment(pod: Pod): CniAttachment {
  const containerId = createHash('sha256').update(randomUUID()).digest('hex');
  const portMappings = pod.spec.containers
    .flatMap((container) => container.ports ?? [])
    .flatMap((port) =>
      port.hostPort === undefined
        ? []
        : [
            {
              hostPort: port.hostPort,
              containerPort: port.containerPort,
              protocol: (port.protocol ?? 'TCP').toLowerCase(),
              hostIP: port.hostIP ?? '',
            },
          ],
    );
  return {
    containerId,
    netns: `${netnsDirectory}/cni-${randomUUID()}`,
    ifName: 'eth0',
    args: {
      K8S_POD_NAMESPACE: pod.metadata.namespace ?? 'default',
      K8S_POD_NAME: pod.metadata.name,
      K8S_POD_INFRA_CONTAINER_ID: containerId,
      K8S_POD_UID: pod.metadata.uid ?? '',
    },
    ...(portMappings.length > 0 ? { capabilities: { portMappings } } : {}),
  };
}
