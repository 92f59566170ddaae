import { podDeviceName } from '../../api/names.ts';
import type { PolicyChange } from '../policy-input.ts';
import { resolveHostEndpoints } from '../resolve-host-endpoints.ts';
import type { PolicyResources } from '../resources.ts';
import { nodeName } from './arbitrary-resources.ts';

/** What the one node of a random cluster enforces policy for: all pods and all host endpoints. */
export function localChanges(
  { pods, hostEndpoints }: PolicyResources,
  deviceOf: (namespace: string, name: string, index: number) => string = (namespace, name) =>
    podDeviceName(namespace, name),
): readonly PolicyChange[] {
  const workloads = pods.map(({ metadata: { namespace = '', name } }, index): PolicyChange => {
    const device = deviceOf(namespace, name, index);
    const endpoint = `${namespace}/${name}`;
    return { kind: 'local', key: device, value: { device, endpoint, name: endpoint } };
  });
  return [...workloads, ...resolveHostEndpoints(hostEndpoints, nodeName, [{ name: 'eth0', addresses: [] }])];
}
