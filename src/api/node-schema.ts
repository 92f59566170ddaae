import { type JsonSchema, list, object, oneOf, text } from './json-schema.ts';
import { type KindSchema, wideColumn } from './kind-schema.ts';
import { asNumber, words } from './schema-parts.ts';

const nodeSpec: JsonSchema = object(
  {
    bgp: object(
      {
        asNumber: asNumber('AS number of the node, when it is another than usual'),
        ipv4Address: words('Address on the network, with its length: 192.168.1.10/24'),
        ipv6Address: words('The same for IPv6'),
        ipv4IPIPTunnelAddr: words('Address of the IP in IP device'),
        routeReflectorClusterID: words('Makes the node a route reflector of this cluster; written like an address'),
      },
      { description: 'BGP of the node' },
    ),
    ipv4VXLANTunnelAddr: words('Address of the VXLAN device'),
    vxlanTunnelMACAddr: words('Its MAC'),
    ipv6VXLANTunnelAddr: words('Address of the VXLAN device for IPv6'),
    vxlanTunnelMACAddrV6: words('Its MAC'),
    orchRefs: list(
      object(
        { nodeName: words('Name of the node there'), orchestrator: words('k8s, or another') },
        { required: ['orchestrator'] },
      ),
      { description: 'What the node is called elsewhere' },
    ),
    wireguard: object(
      { interfaceIPv4Address: words('Address of the device'), interfaceIPv6Address: words('The same for IPv6') },
      { description: 'WireGuard of the node' },
    ),
    addresses: list(
      object(
        {
          address: words('The address'),
          type: oneOf(['CalicoNodeIP', 'InternalIP', 'ExternalIP'], { description: 'Where it comes from' }),
        },
        { required: ['address'] },
      ),
      { description: 'Addresses of the node' },
    ),
    interfaces: list(
      object({ name: words('Name of the device'), addresses: list(text(), { description: 'Its addresses' }) }),
      { description: 'Devices of the node' },
    ),
  },
  { description: 'What the agents know of the node' },
);

/** Schema of Node, a view of the Node of Kubernetes. */
export const nodeSchema: KindSchema = {
  description: 'A node as the network sees it: a view of the Node of Kubernetes',
  spec: nodeSpec,
  status: object(
    {
      wireguardPublicKey: words('Public key for IPv4'),
      wireguardPublicKeyV6: words('Public key for IPv6'),
      podCIDRs: list(text(), { description: 'Networks Kubernetes gave the node for pods' }),
    },
    { description: 'What the node found' },
  ),
  columns: [
    wideColumn('ASN', '.spec.bgp.asNumber', 'integer'),
    wideColumn('IPv4', '.spec.bgp.ipv4Address'),
    wideColumn('IPv6', '.spec.bgp.ipv6Address'),
  ],
};
