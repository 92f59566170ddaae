import { CniError, cniErrorCode } from '../api/cni-error.ts';
import type { CniRequest } from '../api/cni-exchange.ts';
import { containerDeviceName, podDeviceName, podHandle } from '../api/names.ts';

/** Which attachment a request is about. */
export interface Attachment {
  readonly containerId: string;
  readonly ifName: string;
  readonly networkName: string;
  /** Of IPAM. */
  readonly handle: string;
  /** Host side device. */
  readonly device: string;
  /** Absent outside Kubernetes. */
  readonly pod?: { readonly namespace: string; readonly name: string; readonly uid?: string };
}

/**
 * Reads the names in a request.
 *
 * @throws CniError 4 when a name is missing or malformed, 7 for a configuration without a name
 */
export function readAttachment(request: CniRequest): Attachment {
  const { containerId, ifName, args, config } = request;
  if (containerId === undefined || !/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(containerId)) {
    throw new CniError(cniErrorCode.invalidEnvironment, `Cannot use container id "${containerId ?? ''}": an id needed`);
  }
  if (ifName === undefined || !/^[^\s/:%]{1,15}$/.test(ifName)) {
    throw new CniError(cniErrorCode.invalidEnvironment, `Cannot use interface "${ifName ?? ''}": a device name needed`);
  }
  const networkName = readNetworkName(config);
  const { K8S_POD_NAMESPACE: namespace, K8S_POD_NAME: name, K8S_POD_UID: uid } = args;
  const isPod = namespace !== undefined && name !== undefined && namespace !== '' && name !== '';
  const device = isPod ? podDeviceName(namespace, name) : containerDeviceName(containerId);
  // A second interface of a container gets a device, an address and a life of its own.
  const second = ifName !== 'eth0';
  return {
    containerId,
    ifName,
    networkName,
    handle: podHandle(networkName, second ? `${containerId}.${ifName}` : containerId),
    device: second ? podDeviceName(device, ifName) : device,
    ...(isPod ? { pod: { namespace, name, ...(uid === undefined || uid === '' ? {} : { uid }) } } : {}),
  };
}

/** @throws CniError 7 */
export function readNetworkName(config: CniRequest['config']): string {
  if (typeof config.name === 'string' && /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(config.name)) return config.name;
  throw new CniError(
    cniErrorCode.invalidConfig,
    `Cannot use network name ${JSON.stringify(config.name)}: a name needed`,
  );
}
