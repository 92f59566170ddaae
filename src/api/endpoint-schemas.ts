import { integer, type JsonSchema, list, object, text } from './json-schema.ts';
import { column, type KindSchema, wideColumn } from './kind-schema.ts';
import { isOneOf, net, protocol, withPorts } from './rule-schemas.ts';

const name = (description: string): JsonSchema => text({ description, maxLength: 253 });
const texts = (description: string): JsonSchema => list(text({ maxLength: 253 }), { description });
const address = text({ maxLength: 45 });

const networkSet = (description: string): KindSchema => ({
  description,
  spec: object({ nets: list(net, { description: 'Addresses and networks', 'x-kubernetes-list-type': 'set' }) }),
  columns: [wideColumn('Nets', '.spec.nets')],
});

/** Schema of a port of a HostEndpoint. */
export const endpointPortSchema: JsonSchema = object(
  {
    name: text({ description: 'What rules call the port', pattern: '^[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$' }),
    protocol: protocol('TCP, UDP or SCTP'),
    port: integer({ description: 'The number', minimum: 1, maximum: 65_535 }),
  },
  {
    required: ['name', 'protocol', 'port'],
    'x-kubernetes-validations': [
      {
        rule: isOneOf('self.protocol', withPorts),
        message: 'EndpointPort protocol does not support ports.',
        fieldPath: '.protocol',
      },
    ],
  },
);

const workloadPort = object(
  {
    name: text({ description: 'What rules call the port' }),
    protocol: protocol('TCP, UDP or SCTP'),
    port: integer({ description: 'The number', minimum: 1, maximum: 65_535 }),
    hostPort: integer({ description: 'The port of the node', minimum: 0, maximum: 65_535 }),
    hostIP: text({ description: 'The address of the node that has it; all when empty' }),
  },
  { required: ['protocol', 'port'] },
);

/** Schemas of endpoints and network sets. */
export const endpointKindSchemas: Readonly<Record<string, KindSchema>> = {
  HostEndpoint: {
    description: 'An interface of a node that policy applies to',
    spec: object(
      {
        node: name('The node'),
        interfaceName: text({
          description: 'The interface, or * for all; without one, the interface that has an expected address',
          pattern: '^([*]|[a-zA-Z0-9_.-]{1,15})?$',
        }),
        expectedIPs: list(address, { description: 'Addresses of the endpoint', 'x-kubernetes-list-type': 'set' }),
        profiles: list(text({ maxLength: 253 }), {
          description: 'Profiles that apply after the policies',
          'x-kubernetes-list-type': 'set',
        }),
        ports: list(endpointPortSchema, { description: 'Ports that rules can name', maxItems: 1000 }),
      },
      {
        'x-kubernetes-validations': [
          {
            rule: "(has(self.interfaceName) && self.interfaceName != '') || (has(self.expectedIPs) && size(self.expectedIPs) > 0)",
            message: 'no interface or expected IPs have been specified',
          },
          { rule: "has(self.node) && self.node != ''", message: 'no node has been specified' },
        ],
      },
    ),
    columns: [
      column('Node', '.spec.node'),
      wideColumn('Interface', '.spec.interfaceName'),
      wideColumn('IPs', '.spec.expectedIPs'),
      wideColumn('Profiles', '.spec.profiles'),
    ],
  },
  NetworkSet: networkSet('Networks with labels, which rules of the namespace select like endpoints'),
  GlobalNetworkSet: networkSet('Networks with labels, which rules select like endpoints'),
  WorkloadEndpoint: {
    description: 'The network interface of a workload: a view of a Pod',
    spec: object({
      orchestrator: text({ description: 'Who runs the workload, k8s for pods' }),
      workload: text({ description: 'The workload, for other orchestrators' }),
      node: name('The node'),
      containerID: text({ description: 'The sandbox' }),
      pod: name('The pod'),
      endpoint: text({ description: 'The interface inside' }),
      serviceAccountName: text({ description: 'Who the pod runs as' }),
      ipNetworks: texts('Addresses as /32 and /128'),
      ipNATs: list(
        object(
          {
            internalIP: text({ description: 'The address inside' }),
            externalIP: text({ description: 'The address it is reached at' }),
          },
          { required: ['internalIP', 'externalIP'] },
        ),
        { description: 'Addresses that lead to the workload by NAT' },
      ),
      ipv4Gateway: text({ description: 'The IPv4 gateway inside' }),
      ipv6Gateway: text({ description: 'The IPv6 gateway inside' }),
      profiles: texts('Profiles that apply after the policies'),
      interfaceName: text({ description: 'The interface on the node' }),
      mac: text({ description: 'The MAC inside' }),
      ports: list(workloadPort, { description: 'Ports that rules can name' }),
      allowSpoofedSourcePrefixes: texts('Other sources the workload may use'),
    }),
    columns: [],
  },
};
