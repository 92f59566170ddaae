import type { Pod } from '../api/core.ts';
import { isPodFinished } from '../api/pod-state.ts';
import { endpointAddresses, endpointLabels } from '../api/workload-endpoint.ts';
import type { NamedPort, PolicyEndpoint } from './policy-input.ts';
import { readNamedPorts } from './read-named-ports.ts';

/**
 * What rules can select of a pod; `undefined` for pods on the host's network, those that no node has been chosen for,
 * and those that have finished: their address may be another's by now.
 */
export function podEndpoint(pod: Pod): PolicyEndpoint | undefined {
  const { nodeName = '', hostNetwork = false, serviceAccountName = '' } = pod.spec;
  if (hostNetwork || nodeName === '' || isPodFinished(pod)) return undefined;
  return {
    labels: endpointLabels(pod),
    namespace: pod.metadata.namespace ?? '',
    ...(serviceAccountName !== '' && { serviceAccount: serviceAccountName }),
    addresses: endpointAddresses(pod),
    ports: namedPorts(pod),
  };
}

/** A pod in a file of somebody who asks what policy would do may lack all that does not matter for it. */
function namedPorts({ spec }: Pod): readonly NamedPort[] {
  const ports = (spec.containers ?? []).flatMap((container) => container.ports ?? []);
  return readNamedPorts(
    ports.map(({ name = '', protocol = 'TCP', containerPort }) => ({ name, protocol, port: containerPort })),
  );
}
