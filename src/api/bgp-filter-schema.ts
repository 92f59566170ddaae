import { type JsonSchema, list, object, text } from './json-schema.ts';
import { column, type KindSchema } from './kind-schema.ts';
import { asNumber, choice, number, routePriority } from './schema-parts.ts';

/** `aa:nn` or `aa:nn:mm`. The size of the numbers is checked in code. */
const community = (description: string): JsonSchema =>
  text({ description, maxLength: 32, pattern: '^(0|[1-9][0-9]{0,9})(:(0|[1-9][0-9]{0,9})){1,2}$' });

const operation = object(
  {
    addCommunity: object(
      { value: community('aa:nn or aa:nn:mm') },
      { description: 'Add a community', required: ['value'] },
    ),
    prependASPath: object(
      {
        prefix: list(asNumber('One of them'), {
          description: 'The AS numbers, nearest first',
          minItems: 1,
          maxItems: 10,
        }),
      },
      { description: 'Put AS numbers before the path', required: ['prefix'] },
    ),
    setPriority: object(
      { value: routePriority('The metric') },
      { description: 'Give the route this metric', required: ['value'] },
    ),
  },
  {
    'x-kubernetes-validations': [
      {
        rule: '(has(self.addCommunity) ? 1 : 0) + (has(self.prependASPath) ? 1 : 0) + (has(self.setPriority) ? 1 : 0) == 1',
        message: 'exactly one operation must be set',
      },
    ],
  },
);

const maxRules = 500;

function rules(family: 4 | 6, description: string): JsonSchema {
  const longest = family === 4 ? 32 : 128;
  const given = "(has(self.cidr) && self.cidr != '')";
  const item = object(
    {
      cidr: text({ description: 'Routes of this network', maxLength: family === 4 ? 18 : 43 }),
      prefixLength: object(
        { min: number('Shortest', 0, longest), max: number('Longest', 0, longest) },
        { description: 'and of these prefix lengths' },
      ),
      matchOperator: choice(['Equal', 'NotEqual', 'In', 'NotIn'], 'How the network is compared with cidr'),
      source: choice(['RemotePeers'], 'Only routes learnt from peers'),
      interface: text({
        description: 'Only routes at this device; * stands for anything',
        pattern: '^[a-zA-Z0-9_.*-]{0,15}$',
      }),
      peerType: choice(['eBGP', 'iBGP'], 'Only with peers of another AS, or of the same'),
      communities: object(
        { values: list(community('The community'), { minItems: 1, maxItems: 1, description: 'The one community' }) },
        { description: 'Only routes with this community', required: ['values'] },
      ),
      asPathPrefix: list(asNumber('One of them'), {
        description: 'Only routes whose AS path begins so',
        maxItems: 100,
      }),
      priority: routePriority('Only routes of this metric'),
      action: choice(['Accept', 'Reject'], 'What becomes of the route'),
      operations: list(operation, { description: 'Changes to a route that is accepted', minItems: 1, maxItems: 10 }),
    },
    {
      required: ['action'],
      'x-kubernetes-validations': [
        {
          rule: `${given} == (has(self.matchOperator) && self.matchOperator != '')`,
          message: 'cidr and matchOperator must both be set or both be empty',
        },
        { rule: `!has(self.prefixLength) || ${given}`, message: 'cidr is required when prefixLength is set' },
        {
          rule: "!has(self.operations) || size(self.operations) == 0 || self.action == 'Accept'",
          message: 'operations may only be used with action Accept',
        },
        {
          rule: `!${given} || (isCIDR(self.cidr) ? cidr(self.cidr).ip().family() == ${family} : isIP(self.cidr) && ip(self.cidr).family() == ${family})`,
          message: `an IPv${family} network is needed`,
          fieldPath: '.cidr',
        },
      ],
    },
  );
  return list(item, { description, maxItems: maxRules });
}

/** Schema of BGPFilter. */
export const bgpFilterSchema: KindSchema = {
  description: 'Which routes are taken from peers and told them; the first rule that fits decides',
  spec: object(
    {
      exportV4: rules(4, 'IPv4 routes told to peers'),
      importV4: rules(4, 'IPv4 routes taken from peers'),
      exportV6: rules(6, 'IPv6 routes told to peers'),
      importV6: rules(6, 'IPv6 routes taken from peers'),
    },
    { description: 'The rules' },
  ),
  columns: [
    column('ExportV4', '.spec.exportV4[*].action'),
    column('ImportV4', '.spec.importV4[*].action'),
    column('ExportV6', '.spec.exportV6[*].action'),
    column('ImportV6', '.spec.importV6[*].action'),
  ],
};
