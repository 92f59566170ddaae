import { CniError, cniErrorCode } from '../api/cni-error.ts';
import type { CniRequest } from '../api/cni-exchange.ts';
import { podHandle } from '../api/names.ts';
import { readNetworkName } from './attachment.ts';
import type { CniContext } from './cni-context.ts';
import { deleteRecord } from './cni-del.ts';

/**
 * CNI GC: whatever this node has of the network and `cni.dev/valid-attachments` does not name is removed, its address
 * released. A configuration without that list is refused: it must never be read as "nothing is valid".
 *
 * @param busy containers whose ADD or DEL runs now
 * @throws CniError 7
 */
export async function collectAttachments(
  context: CniContext,
  request: CniRequest,
  busy: ReadonlySet<string>,
): Promise<void> {
  const network = readNetworkName(request.config);
  const valid = readValidAttachments(request.config['cni.dev/valid-attachments']);
  const isValid = (containerId: string, ifName: string): boolean => valid.has(`${containerId} ${ifName}`);
  const handles = new Set<string>();
  for (const record of context.endpoints.all()) {
    const { containerId } = record.endpoint;
    if (record.networkName !== network || isValid(containerId, record.wiring.ifName) || busy.has(containerId)) continue;
    context.log.info('collecting attachment', { containerId, device: record.endpoint.device });
    await deleteRecord(context, record);
    handles.add(record.handle);
  }
  const kept = new Set([
    ...context.endpoints.all().map(({ handle }) => handle),
    ...[...busy].map((containerId) => podHandle(network, containerId)),
    ...[...valid].map((pair) => podHandle(network, pair.split(' ')[0] ?? '')),
  ]);
  // Addresses without a record: of an agent that lost its run directory (a reboot), or of an ADD that was cut short.
  for (const handle of context.ownHandles()) {
    const isOfContainer = [...kept].some((one) => handle === one || handle.startsWith(`${one}.`));
    if (handle.startsWith(`${network}.`) && !isOfContainer) handles.add(handle);
  }
  await Promise.all([...handles].map((handle) => context.releases.release(handle)));
}

function readValidAttachments(value: unknown): ReadonlySet<string> {
  if (!Array.isArray(value)) {
    throw new CniError(
      cniErrorCode.invalidConfig,
      'Cannot collect: the network configuration has no list "cni.dev/valid-attachments", and without it nothing is removed',
    );
  }
  const pairs = value.map((item: { containerID?: unknown; ifname?: unknown } | null) => {
    if (typeof item?.containerID === 'string' && typeof item.ifname === 'string') {
      return `${item.containerID} ${item.ifname}`;
    }
    throw new CniError(
      cniErrorCode.invalidConfig,
      `Cannot collect: "cni.dev/valid-attachments" holds ${JSON.stringify(item)}, {"containerID", "ifname"} needed`,
    );
  });
  return new Set(pairs);
}
