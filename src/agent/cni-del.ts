import { pods } from '../api/kinds.ts';
import { podAnnotations, podResultAnnotations } from '../api/pod-annotations.ts';
import { errorText } from '../base/errors.ts';
import { forgetConnections } from '../host/forget-connections.ts';
import { unwirePod } from '../host/pod-wiring.ts';
import type { Attachment } from './attachment.ts';
import type { CniContext } from './cni-context.ts';
import type { EndpointRecord } from './endpoint-record.ts';

/**
 * CNI DEL: the kernel side at once, the address as soon as the API server answers. Idempotent: without namespace, twice, for
 * a container that was never added. A pod that was made again under its name keeps its new interface: the device is
 * removed only when no other attachment has it.
 */
export async function deleteAttachment(context: CniContext, attachment: Attachment): Promise<void> {
  const { containerId, ifName, handle } = attachment;
  const record = context.endpoints.get(containerId, ifName);
  if (record === undefined) unwireUnknown(context, attachment);
  else await deleteRecord(context, record);
  await context.releases.release(record?.handle ?? handle);
  if (attachment.pod !== undefined && ifName === 'eth0') await clearAnnotations(context, attachment);
}

/** The part of DEL and GC that needs no API server. */
export async function deleteRecord(context: CniContext, record: EndpointRecord): Promise<void> {
  if (!context.endpoints.isShared(record)) unwirePod(record.wiring);
  context.endpoints.remove(record);
  // The filter and the routes forget it; a kernel that refuses must not keep the pod from going.
  await context.filterFollows().catch(() => {});
  forgetPodConnections(context, record);
}

/** Policy lets what has been allowed go on: whoever gets the addresses next must not be taken for this pod. */
function forgetPodConnections({ endpoints, log }: CniContext, { endpoint }: EndpointRecord): void {
  const taken = new Set(endpoints.all().flatMap((one) => one.endpoint.addresses));
  const addresses = endpoint.addresses.filter((ip) => !taken.has(ip));
  try {
    forgetConnections(addresses);
  } catch (error) {
    log.warn('cannot forget the connections of a pod that has gone', { addresses, error: errorText(error) });
  }
}

/**
 * What an ADD that was cut short before its record may have left. A device that has a record is another pod's, and so
 * is an interface of the namespace that is not the other end of the device.
 */
function unwireUnknown(context: CniContext, { device, ifName }: Attachment): void {
  if (context.endpoints.all().some(({ endpoint }) => endpoint.device === device)) return;
  unwirePod({ hostDevice: device, ifName });
}

/** Only what this container wrote: a pod made again under the name has written its own. */
async function clearAnnotations(context: CniContext, { pod, containerId }: Attachment): Promise<void> {
  if (pod === undefined || (await context.obstacle()) !== undefined) return;
  try {
    const object = await context.pod(pod.namespace, pod.name);
    if (object?.metadata.annotations?.[podAnnotations.containerID] !== containerId) return;
    const { [podAnnotations.containerID]: _, ...cleared } = podResultAnnotations([], containerId);
    const metadata = {
      annotations: cleared,
      ...(object.metadata.uid === undefined ? {} : { uid: object.metadata.uid }),
    };
    await context.cluster.patch(pods, pod.name, pod.namespace, 'merge', { metadata }, { subresource: 'status' });
  } catch (error) {
    // Most often the pod is gone, and its annotations with it.
    context.log.debug('cannot clear the annotations of pod', { pod: pod.name, error: errorText(error) });
  }
}
