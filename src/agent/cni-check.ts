import { CniError, cniErrorCode } from '../api/cni-error.ts';
import type { CniRequest } from '../api/cni-exchange.ts';
import { checkPodWiring } from '../host/pod-wiring.ts';
import type { Attachment } from './attachment.ts';
import type { CniContext } from './cni-context.ts';

/**
 * CNI CHECK: the record exists and agrees with the previous result; interface, addresses, routes and settings are in
 * place on both sides; the packet filter knows the pod.
 *
 * @throws CniError 3 for an attachment that was never added, 5 listing all that is wrong
 */
export function checkAttachment(context: CniContext, attachment: Attachment, request: CniRequest): void {
  const { containerId, ifName } = attachment;
  const record = context.endpoints.get(containerId, ifName);
  if (record === undefined) {
    throw new CniError(
      cniErrorCode.unknownContainer,
      `Cannot check container "${containerId}": it has no "${ifName}" here`,
    );
  }
  const wiring = { ...record.wiring, ...(request.netns === undefined ? {} : { netnsPath: request.netns }) };
  const missing = previousAddresses(request.config.prevResult).filter(
    (address) => !record.endpoint.addresses.some((ip) => address === ip || address.startsWith(`${ip}/`)),
  );
  const wrong = [
    ...checkPodWiring(wiring),
    ...missing.map((address) => `address ${address} of prevResult is not this container's`),
  ];
  if (wrong.length === 0) return;
  throw new CniError(cniErrorCode.ioFailure, `Container "${containerId}" is not wired as it was: ${wrong.join('; ')}`);
}

function previousAddresses(result: unknown): readonly string[] {
  const ips = (result as { readonly ips?: unknown } | undefined)?.ips;
  if (!Array.isArray(ips)) return [];
  return ips.flatMap((ip: { readonly address?: unknown }) => (typeof ip?.address === 'string' ? ip.address : []));
}
