import { integer, type JsonSchema, list, map, object, oneOf, text, type ValidationRule } from './json-schema.ts';

/** The longest selector, in characters. */
const maxSelectorLength = 1024;
const maxRules = 1024;
const maxNets = 256;
const maxPorts = 50;

/** A selector expression. Its syntax is beyond a schema: `validateSelector` checks it. */
export function selector(description: string, more: Omit<JsonSchema, 'type'> = {}): JsonSchema {
  return text({ description, maxLength: maxSelectorLength, ...more });
}

/** A name or a number of an IP protocol. */
export function protocol(description: string): JsonSchema {
  return {
    description,
    'x-kubernetes-int-or-string': true,
    pattern: '^(TCP|UDP|ICMP|ICMPv6|SCTP|UDPLite|0*([1-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]))$',
    minimum: 1,
    maximum: 255,
  };
}

const portNumber = '0*([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])';
/** Schema of a port of a rule. */
export const portSchema: JsonSchema = {
  'x-kubernetes-int-or-string': true,
  pattern: `^(${portNumber}(:${portNumber})?|[a-z0-9-]*[a-z][a-z0-9-]*)$`,
  maxLength: 128,
  minimum: 1,
  maximum: 65_535,
};

/** Protocols by name and number: the literals of CEL's lists must all be of one type, so lists cannot say this. */
type Names = Readonly<Record<string, number>>;

/** The protocols that have ports. */
export const withPorts: Names = { TCP: 6, UDP: 17, SCTP: 132 };

/** CEL: the field is one of these protocols. */
export function isOneOf(path: string, protocols: Names): string {
  return Object.entries(protocols)
    .map(([name, number]) => `${path} == '${name}' || ${path} == ${number}`)
    .join(' || ');
}

/** An address or a network. `parseCidr` says more than the pattern can. */
export const net = text({ pattern: '^[0-9a-fA-F:.]+(/[0-9]{1,3})?$', maxLength: 49 });

const nets = (description: string): JsonSchema =>
  list(net, { description, maxItems: maxNets, 'x-kubernetes-list-type': 'set' });
const ports = (description: string): JsonSchema => list(portSchema, { description, maxItems: maxPorts });
const objectName = (description: string): JsonSchema =>
  text({
    description,
    maxLength: 253,
    pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?$',
  });

const servicesAlone: readonly ValidationRule[] = [
  {
    rule: "!has(self.services) || (has(self.services.name) && self.services.name != '')",
    message: 'must specify a service name',
  },
  {
    rule: "!has(self.services) || !has(self.namespaceSelector) || self.namespaceSelector == ''",
    message: 'cannot specify NamespaceSelector and Services on the same rule',
  },
  {
    rule: "!has(self.services) || ((!has(self.selector) || self.selector == '') && (!has(self.notSelector) || self.notSelector == ''))",
    message: 'cannot specify Selector/NotSelector and Services on the same rule',
  },
  {
    rule: '!has(self.services) || !has(self.serviceAccounts)',
    message: 'cannot specify ServiceAccounts and Services on the same rule',
  },
  {
    rule: '!has(self.services) || ((!has(self.nets) || size(self.nets) == 0) && (!has(self.notNets) || size(self.notNets) == 0))',
    message: 'cannot specify Nets/NotNets and Services on the same rule',
  },
];

const entityRules: readonly ValidationRule[] = [
  {
    rule: "!has(self.selector) || !self.selector.contains('global(')",
    message: 'global() can only be used in an EntityRule namespaceSelector',
  },
  {
    rule: "!has(self.namespaceSelector) || !self.namespaceSelector.contains('global(') || self.namespaceSelector.matches('^[ \\t]*global\\\\([ \\t]*\\\\)[ \\t]*$')",
    message: 'global() cannot be combined with other selectors',
  },
  {
    rule: "!has(self.notNets) || !self.notNets.exists(n, n == '0.0.0.0/0' || n == '::/0')",
    message: 'catch-all CIDR in negation creates logical contradiction (matches no traffic)',
  },
  ...servicesAlone,
];

/** Schema of one end of a rule. */
export const entitySchema = (description: string): JsonSchema =>
  object(
    {
      nets: nets('Addresses in one of these networks'),
      selector: selector('Endpoints and network sets whose labels match'),
      namespaceSelector: selector('Endpoints in namespaces whose labels match; global() means those in none'),
      services: object(
        {
          name: objectName('The name of the Service'),
          namespace: objectName('Its namespace; the policy’s own if empty'),
        },
        { description: 'The endpoints of a Kubernetes Service, with their ports when it is an egress destination' },
      ),
      ports: ports('One of these ports: a number, a range LOW:HIGH, or the name of an endpoint’s port'),
      notNets: nets('Addresses in none of these networks'),
      notSelector: selector('Not the endpoints and network sets whose labels match'),
      notPorts: ports('None of these ports'),
      serviceAccounts: object(
        {
          names: list(text(), { description: 'One of these names', 'x-kubernetes-list-type': 'set' }),
          selector: selector('Service accounts whose labels match'),
        },
        { description: 'Pods that run as a matching service account' },
      ),
    },
    { description, 'x-kubernetes-validations': entityRules },
  );

/** Schema of the ICMP parts of a rule. */
export const icmpSchema = (description: string): JsonSchema =>
  object(
    {
      type: integer({ description: 'ICMP type, 8 for an echo request', minimum: 0, maximum: 254 }),
      code: integer({ description: 'ICMP code; only together with the type', minimum: 0, maximum: 255 }),
    },
    {
      description,
      'x-kubernetes-validations': [
        { rule: '!has(self.code) || has(self.type)', message: 'ICMP code specified without an ICMP type' },
      ],
    },
  );

/** Schema of the HTTP part of a rule. */
export const httpSchema: JsonSchema = object(
  {
    methods: list(text(), { description: 'One of these methods: GET, PUT', maxItems: 20 }),
    paths: list(
      object(
        {
          exact: text({ description: 'The whole path', maxLength: 1024 }),
          prefix: text({ description: 'What the path begins with', maxLength: 1024 }),
        },
        {
          'x-kubernetes-validations': [
            {
              rule: "(has(self.exact) && self.exact != '') != (has(self.prefix) && self.prefix != '')",
              message: "either 'exact' or 'prefix' must be set",
            },
          ],
        },
      ),
      { description: 'One of these paths', maxItems: 20 },
    ),
  },
  { description: 'Only HTTP requests like this; on Allow rules of ingress only' },
);

const ends = ['source', 'destination'] as const;
const portLists = ['ports', 'notPorts'] as const;
const portRules = ends.flatMap((end) =>
  portLists.flatMap((key): readonly ValidationRule[] => {
    const path = `self.${end}.${key}`;
    const absent = `!has(self.${end}) || !has(${path})`;
    return [
      {
        rule: `${absent} || has(self.protocol) || ${path}.all(p, type(p) == string)`,
        message: 'rules with numeric port or port range must set protocol to TCP or UDP or SCTP',
        fieldPath: `.${end}.${key}`,
      },
      {
        rule: `${absent} || size(${path}) == 0 || !has(self.protocol) || (${isOneOf('self.protocol', withPorts)})`,
        message: 'rules that specify ports must set protocol to TCP or UDP or SCTP',
        fieldPath: `.${end}.${key}`,
      },
    ];
  }),
);

const versionRules = (['protocol', 'notProtocol'] as const).flatMap((key): readonly ValidationRule[] =>
  [
    { name: 'ICMP', number: 1, version: 4 },
    { name: 'ICMPv6', number: 58, version: 6 },
  ].map(({ name, number, version }) => ({
    rule: `!has(self.${key}) || !(${isOneOf(`self.${key}`, { [name]: number })}) || !has(self.ipVersion) || self.ipVersion == ${version}`,
    message: `must set ipversion to '${version}' with protocol ${name.toLowerCase()}`,
    fieldPath: '.ipVersion',
  })),
);

/** Schema of a rule. */
export const ruleSchema: JsonSchema = object(
  {
    action: oneOf(['Allow', 'Deny', 'Log', 'Pass'], {
      description: 'What becomes of the packet: Pass leaves the tier, Log goes on with the next rule',
    }),
    ipVersion: integer({ description: 'Only IPv4 or only IPv6', enum: [4, 6] }),
    protocol: protocol('TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or a number from 1 to 255'),
    icmp: icmpSchema('Only ICMP messages like this'),
    notProtocol: protocol('Not this protocol'),
    notICMP: icmpSchema('Not ICMP messages like this'),
    source: entitySchema('Where the packet comes from'),
    destination: entitySchema('Where the packet goes to'),
    http: httpSchema,
    metadata: object(
      { annotations: map(text(), { description: 'Texts about the rule, such as its name' }) },
      { description: 'For people and tools' },
    ),
  },
  {
    required: ['action'],
    'x-kubernetes-validations': [
      {
        rule: `!has(self.http) || !has(self.protocol) || ${isOneOf('self.protocol', { TCP: 6 })}`,
        message: 'rules that specify HTTP fields must set protocol to TCP or empty',
      },
      { rule: "!has(self.http) || self.action == 'Allow'", message: 'only valid for Allow rules', fieldPath: '.http' },
      {
        rule: `!has(self.icmp) || (has(self.protocol) && (${isOneOf('self.protocol', { ICMP: 1, ICMPv6: 58 })}))`,
        message: 'rules that specify ICMP fields must set protocol to ICMP',
      },
      {
        rule: '!has(self.destination) || !has(self.destination.services) || ((!has(self.destination.ports) || size(self.destination.ports) == 0) && (!has(self.destination.notPorts) || size(self.destination.notPorts) == 0))',
        message: 'cannot specify ports with a service selector',
      },
      ...versionRules,
      ...portRules,
    ],
  },
);

/** A list of rules, first to last. */
export function ruleList(description: string): JsonSchema {
  return list(ruleSchema, { description, maxItems: maxRules });
}
