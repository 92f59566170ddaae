import { conditionsSchema } from './conditions-schema.ts';
import { integer, type JsonSchema, list, object, oneOf, text } from './json-schema.ts';
import { column, type KindSchema, wideColumn } from './kind-schema.ts';
import { flag, selector } from './schema-parts.ts';

const mode = (description: string): JsonSchema =>
  oneOf(['Always', 'CrossSubnet', 'Never'], { description, default: 'Never' });

/** A CEL test that a mode is set and not Never. */
const on = (field: string): string => `(has(self.${field}) && self.${field} != 'Never')`;
const balances = "(has(self.allowedUses) && 'LoadBalancer' in self.allowedUses)";

/** The defaults of `blockSize` and `allowedUses` depend on other fields, so a schema cannot say them: `defaultObject` does. */
const ipPoolSpec: JsonSchema = object(
  {
    cidr: text({
      description: 'The network addresses are taken from; cannot be changed',
      maxLength: 48,
      'x-kubernetes-validations': [
        { rule: 'self == oldSelf', message: 'IPPool CIDR cannot be modified' },
        { rule: 'isCIDR(self)', message: 'IPPool CIDR must be a valid subnet' },
        { rule: '!isCIDR(self) || cidr(self) == cidr(self).masked()', message: 'IP pool CIDR is not strictly masked' },
        {
          rule: "!isCIDR(self) || !['169.254.0.0/16', 'fe80::/10'].exists(net, cidr(net).containsIP(cidr(self).ip()) || cidr(self).containsIP(cidr(net).ip()))",
          message: 'IP pool range overlaps with the link-local range',
        },
      ],
    }),
    vxlanMode: mode('VXLAN between nodes: always, only where they are not neighbours, or never'),
    ipipMode: mode('IP in IP between nodes; IPv4 only'),
    natOutgoing: flag('What leaves the pools carries the address of the node'),
    disabled: flag('Addresses are no longer assigned; those in use stay'),
    disableBGPExport: { type: 'boolean', description: 'BGP does not tell of this pool', default: false },
    blockSize: integer({
      description: 'Prefix length of a block: 20-32 for IPv4 (default 26), 116-128 for IPv6 (default 122)',
      minimum: 0,
      maximum: 128,
      'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'IPPool BlockSize cannot be modified' }],
    }),
    nodeSelector: selector('Nodes that take addresses from here', { default: 'all()' }),
    namespaceSelector: selector('Only for pods of these namespaces; not with the use Tunnel'),
    allowedUses: list(oneOf(['Workload', 'Tunnel', 'LoadBalancer']), {
      description: 'What the addresses are for: pods, tunnels of nodes, or (alone) services of type LoadBalancer',
      maxItems: 10,
      'x-kubernetes-list-type': 'set',
    }),
    assignmentMode: oneOf(['Automatic', 'Manual'], {
      description: 'Manual: only for pods that ask for this pool',
      default: 'Automatic',
    }),
  },
  {
    description: 'The network and its rules',
    required: ['cidr'],
    'x-kubernetes-validations': [
      {
        rule: `!${on('ipipMode')} || !${on('vxlanMode')}`,
        message: 'IPIPMode and VXLANMode cannot both be enabled on the same IP pool',
      },
      {
        rule: `!${on('ipipMode')} || !self.cidr.contains(':')`,
        message: "IPIPMode other than 'Never' is not supported on an IPv6 IP pool",
        fieldPath: '.ipipMode',
      },
      {
        rule: "!has(self.blockSize) || self.blockSize == 0 || (self.cidr.contains(':') ? self.blockSize >= 116 : self.blockSize >= 20 && self.blockSize <= 32)",
        message: 'a block size is a prefix length from 20 to 32 for IPv4, from 116 to 128 for IPv6',
        fieldPath: '.blockSize',
      },
      {
        rule: "(has(self.disabled) && self.disabled) || !isCIDR(self.cidr) || cidr(self.cidr).prefixLength() <= (has(self.blockSize) && self.blockSize != 0 ? self.blockSize : (self.cidr.contains(':') ? 122 : 26))",
        message:
          'IP pool size is too small for use with Calico IPAM. It must be equal to or greater than the block size.',
      },
      { rule: `!${balances} || size(self.allowedUses) == 1`, message: 'LoadBalancer must be the only use' },
      {
        rule: `!${balances} || (!${on('ipipMode')} && !${on('vxlanMode')})`,
        message: 'LoadBalancer is not allowed together with an encapsulation',
      },
      {
        rule: `!${balances} || !has(self.disableBGPExport) || !self.disableBGPExport`,
        message: 'disableBGPExport is not allowed with use LoadBalancer',
      },
      {
        rule: `!${balances} || !has(self.nodeSelector) || self.nodeSelector in ['', 'all()']`,
        message: 'nodeSelector must be all() with use LoadBalancer',
      },
      {
        rule: `${balances} == (has(oldSelf.allowedUses) && 'LoadBalancer' in oldSelf.allowedUses)`,
        message: 'the use LoadBalancer cannot be added or removed later',
      },
      {
        rule: "!has(self.namespaceSelector) || self.namespaceSelector in ['', 'all()'] || !has(self.allowedUses) || !('Tunnel' in self.allowedUses)",
        message: 'namespaceSelector is not allowed together with the use Tunnel: set allowedUses to [Workload]',
      },
    ],
  },
);

/** Schema of IPPool. */
export const ipPoolSchema: KindSchema = {
  description: 'A network that pods get addresses from, and how it is reached',
  spec: ipPoolSpec,
  status: object({ conditions: conditionsSchema('Allocatable') }),
  columns: [
    column('CIDR', '.spec.cidr'),
    column('Selector', '.spec.nodeSelector'),
    wideColumn('NAT', '.spec.natOutgoing', 'boolean'),
    wideColumn('IPIPMode', '.spec.ipipMode'),
    wideColumn('VXLANMode', '.spec.vxlanMode'),
    wideColumn('Disabled', '.spec.disabled', 'boolean'),
    wideColumn('DisableBGPExport', '.spec.disableBGPExport', 'boolean'),
    wideColumn('AssignmentMode', '.spec.assignmentMode'),
  ],
};
