import { conditionsSchema } from './conditions-schema.ts';
import { integer, type JsonSchema, list, object, oneOf, text, type ValidationRule } from './json-schema.ts';
import { column, type KindSchema, onlyName } from './kind-schema.ts';
import { labelSelectorSchema } from './kubernetes-policy-schemas.ts';
import { port } from './schema-parts.ts';

type Fields = Readonly<Record<string, JsonSchema>>;

/** The most rules of a direction, and the most peers and ports of a rule. */
interface Limits {
  readonly rules: number;
  readonly items: number;
}

const podFields: Fields = {
  namespaces: labelSelectorSchema('Pods in namespaces whose labels match; in all when empty'),
  pods: object(
    {
      namespaceSelector: labelSelectorSchema('Namespaces whose labels match; all when empty'),
      podSelector: labelSelectorSchema('Pods in them whose labels match; all when empty'),
    },
    { description: 'Pods by namespace and labels', required: ['podSelector'] },
  ),
};

const network = text({
  maxLength: 43,
  'x-kubernetes-validations': [{ rule: 'isCIDR(self)', message: 'a network is ADDRESS/LENGTH' }],
});

const egressFields: Fields = {
  ...podFields,
  nodes: labelSelectorSchema('Nodes whose labels match; not enforced: such a rule denies all, or allows nothing'),
  networks: list(network, {
    description: 'Addresses in one of these networks, those of pods included',
    minItems: 1,
    maxItems: 25,
    'x-kubernetes-list-type': 'set',
  }),
  domainNames: list(text({ maxLength: 253 }), {
    description: 'Names in DNS; not enforced: such a rule denies all, or allows nothing',
    minItems: 1,
    maxItems: 25,
    'x-kubernetes-list-type': 'set',
  }),
};

/** An object that has exactly one of these fields. */
function choice(fields: Fields, description: string): JsonSchema {
  const keys = Object.keys(fields);
  const given = keys.map((key) => `has(self.${key})`);
  const rule = `[${given.join(', ')}].exists_one(given, given)`;
  const message = `exactly one of ${keys.join(', ')} is needed`;
  return object(fields, { description, 'x-kubernetes-validations': [{ rule, message }] });
}

const range = (fields: Fields): JsonSchema =>
  object(
    { ...fields, start: port('The first port'), end: port('The last port') },
    {
      description: 'Ports from start to end',
      required: ['start', 'end'],
      'x-kubernetes-validations': [{ rule: 'self.start < self.end', message: 'start must be less than end' }],
    },
  );

const transport = (name: string): JsonSchema =>
  object(
    {
      destinationPort: choice({ number: port('One port'), range: range({}) }, 'The port at the destination'),
    },
    { description: `Only ${name}`, required: ['destinationPort'] },
  );

const protocol = choice(
  {
    tcp: transport('TCP'),
    udp: transport('UDP'),
    sctp: transport('SCTP'),
    destinationNamedPort: text({ description: 'The port that a pod calls by this name', maxLength: 63 }),
  },
  'A protocol and port',
);

const adminProtocol: Fields = {
  protocol: oneOf(['TCP', 'UDP', 'SCTP'], { description: 'TCP, UDP or SCTP', default: 'TCP' }),
};

const adminPort = choice(
  {
    portNumber: object(
      { ...adminProtocol, port: port('The number') },
      { description: 'One port', required: ['port', 'protocol'] },
    ),
    portRange: range(adminProtocol),
    namedPort: text({ description: 'The port that a pod calls by this name', maxLength: 63 }),
  },
  'A port',
);

/** Names of ports are for pods only: what is no pod has none. */
function namesForPods(ports: string, name: string): ValidationRule {
  const peers = 'self.to.exists(peer, has(peer.networks) || has(peer.nodes) || has(peer.domainNames))';
  return {
    rule: `!(${peers} && has(self.${ports}) && self.${ports}.exists(port, has(port.${name})))`,
    message: `${name} cannot be used with networks, nodes or domainNames`,
    fieldPath: `.${ports}`,
  };
}

function rules(actions: readonly string[], match: Fields, limits: Limits, named: ValidationRule): Fields {
  const common: Fields = {
    name: text({ description: 'What the rule is called, for people', maxLength: 100 }),
    action: oneOf(actions, { description: 'What becomes of the connection; Pass leaves the tier' }),
  };
  const peers = (fields: Fields, what: string): JsonSchema =>
    list(choice(fields, 'One sort of peer'), { description: what, minItems: 1, maxItems: limits.items });
  const from = peers(podFields, 'Connections from one of these');
  const to = peers(egressFields, 'Connections to one of these');
  const more = { maxItems: limits.rules };
  return {
    ingress: list(object({ ...common, from, ...match }, { required: ['action', 'from'] }), {
      description: 'Rules for connections to the pods; the first that matches decides',
      ...more,
    }),
    egress: list(
      object({ ...common, to, ...match }, { required: ['action', 'to'], 'x-kubernetes-validations': [named] }),
      { description: 'Rules for connections from the pods; the first that matches decides', ...more },
    ),
  };
}

const subject = choice(podFields, 'Which pods the policy is for; never those on the network of their node');
const status = object({ conditions: conditionsSchema('What an enforcer says about the policy') });
const priority = integer({ description: 'Lower is earlier', minimum: 0, maximum: 1000, format: 'int32' });

function clusterRules(): Fields {
  const limits = { rules: 25, items: 25 };
  const protocols = list(protocol, {
    description: 'One of these; all when absent',
    minItems: 1,
    maxItems: limits.items,
  });
  return rules(['Accept', 'Deny', 'Pass'], { protocols }, limits, namesForPods('protocols', 'destinationNamedPort'));
}

function adminRules(actions: readonly string[]): Fields {
  const limits = { rules: 100, items: 100 };
  const ports = list(adminPort, { description: 'One of these; all when absent', minItems: 1, maxItems: limits.items });
  return rules(actions, { ports }, limits, namesForPods('ports', 'namedPort'));
}

/** Where the group's owners have approved the kind. @see kubernetes/enhancements 2337 */
function approvedBy(change: number): Readonly<Record<string, string>> {
  return { 'api-approved.kubernetes.io': `https://github.com/kubernetes-sigs/network-policy-api/pull/${change}` };
}

/** Schemas of the policies of administrators. @see network-policy-api */
export const clusterPolicySchemas: Readonly<Record<string, KindSchema>> = {
  ClusterNetworkPolicy: {
    description: 'Rules of administrators for pods of many namespaces, before or after those of the namespaces',
    annotations: approvedBy(300),
    spec: object(
      {
        tier: oneOf(['Admin', 'Baseline'], { description: 'Before (Admin) or after (Baseline) all other policies' }),
        priority,
        subject,
        ...clusterRules(),
      },
      { required: ['tier', 'priority', 'subject'] },
    ),
    status,
    columns: [column('Tier', '.spec.tier'), column('Priority', '.spec.priority')],
  },
  AdminNetworkPolicy: {
    description: 'Rules of administrators for pods of many namespaces, before those of the namespaces',
    annotations: approvedBy(30),
    spec: object(
      { priority, subject, ...adminRules(['Allow', 'Deny', 'Pass']) },
      { required: ['priority', 'subject'] },
    ),
    status,
    columns: [column('Priority', '.spec.priority')],
  },
  BaselineAdminNetworkPolicy: {
    description: 'Rules of administrators for pods of many namespaces, after those of the namespaces',
    annotations: approvedBy(30),
    spec: object({ subject, ...adminRules(['Allow', 'Deny']) }, { required: ['subject'] }),
    status,
    rules: [onlyName('BaselineAdminNetworkPolicy', 'default')],
    columns: [],
  },
};
