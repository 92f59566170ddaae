import { conditionsSchema } from './conditions-schema.ts';
import { bool, type JsonSchema, list, map, object, oneOf, text, type ValidationRule } from './json-schema.ts';
import { column, type KindSchema, wideColumn } from './kind-schema.ts';
import { kubernetesPolicyFields } from './kubernetes-policy-schemas.ts';
import { ruleList, selector } from './rule-schemas.ts';

type Fields = Readonly<Record<string, JsonSchema>>;

const policyFields: Fields = {
  tier: text({
    description: 'The tier the policy belongs to',
    maxLength: 63,
    pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$',
    default: 'default',
  }),
  order: { type: 'number', description: 'Lower is earlier in the tier; without one the policy comes last' },
  ingress: ruleList('Rules for connections to the endpoints; the first that matches decides'),
  egress: ruleList('Rules for connections from the endpoints; the first that matches decides'),
  selector: selector('Which endpoints the policy is for, by their labels; all when empty'),
  types: list(oneOf(['Ingress', 'Egress']), {
    description: 'The directions the policy decides; by default those it has rules for, Ingress if it has none',
    maxItems: 2,
    'x-kubernetes-list-type': 'set',
  }),
  serviceAccountSelector: selector('Only pods whose service account has matching labels'),
  performanceHints: list(oneOf(['AssumeNeededOnEveryNode']), {
    description: 'Hints that change no decision',
    'x-kubernetes-list-type': 'set',
  }),
};

const globalFields: Fields = {
  doNotTrack: bool({ description: 'Decide before connection tracking, and do not track what is allowed' }),
  preDNAT: bool({ description: 'Decide before destination NAT, on the address the client used' }),
  applyOnForward: bool({ description: 'Also for what a host endpoint forwards; needed with doNotTrack and preDNAT' }),
  namespaceSelector: selector('Only pods in namespaces with matching labels'),
};

const stagedField: Fields = {
  stagedAction: oneOf(['Set', 'Delete', 'Learn', 'Ignore'], {
    description: 'What would happen to the policy of the same name',
    default: 'Set',
  }),
};

const globalOnlyInEntity = 'global() can only be used in an EntityRule namespaceSelector';

function withoutGlobal(...keys: readonly string[]): readonly ValidationRule[] {
  return keys.map((key) => ({
    rule: `!has(self.${key}) || !self.${key}.contains('global(')`,
    message: globalOnlyInEntity,
    fieldPath: `.${key}`,
  }));
}

const directionRules: readonly ValidationRule[] = [
  {
    rule: '!has(self.egress) || self.egress.all(r, !has(r.source) || !has(r.source.services))',
    message: 'services are not allowed in egress rule source',
    fieldPath: '.egress',
  },
  {
    rule: '!has(self.ingress) || self.ingress.all(r, !has(r.destination) || !has(r.destination.services))',
    message: 'services are not allowed in ingress rule destination',
    fieldPath: '.ingress',
  },
  {
    rule: '!has(self.egress) || self.egress.all(r, !has(r.http))',
    message: 'http is not allowed in egress rule',
    fieldPath: '.egress',
  },
];

const policyRules: readonly ValidationRule[] = [
  ...withoutGlobal('selector', 'serviceAccountSelector'),
  ...directionRules,
];

/** In a global policy the name of a Service says nothing without its namespace. */
function namespaceOfService(direction: string, end: string): ValidationRule {
  const services = `r.${end}.services`;
  return {
    rule: `!has(self.${direction}) || self.${direction}.all(r, !has(r.${end}) || !has(${services}) || (has(${services}.__namespace__) && ${services}.__namespace__ != ''))`,
    message: 'services must specify a namespace',
    fieldPath: `.${direction}`,
  };
}

const globalRules: readonly ValidationRule[] = [
  {
    rule: '!(has(self.doNotTrack) && self.doNotTrack && has(self.preDNAT) && self.preDNAT)',
    message: 'PreDNAT and DoNotTrack cannot both be true, for a given PolicySpec',
  },
  {
    rule: '!has(self.preDNAT) || !self.preDNAT || !has(self.egress) || size(self.egress) == 0',
    message: 'PreDNAT PolicySpec cannot have any Egress rules',
  },
  {
    rule: "!has(self.preDNAT) || !self.preDNAT || !has(self.types) || !('Egress' in self.types)",
    message: "PreDNAT PolicySpec cannot have 'Egress' Type",
  },
  {
    rule: '(has(self.applyOnForward) && self.applyOnForward) || !((has(self.doNotTrack) && self.doNotTrack) || (has(self.preDNAT) && self.preDNAT))',
    message: 'ApplyOnForward must be true if either PreDNAT or DoNotTrack is true, for a given PolicySpec',
  },
  ...withoutGlobal('namespaceSelector'),
  namespaceOfService('egress', 'destination'),
  namespaceOfService('ingress', 'source'),
];

/** A staged deletion names what is deleted and says nothing else. */
function nothingBesides(fields: Fields, message: string): ValidationRule {
  const others = Object.entries(fields).filter(([key]) => key !== 'tier');
  const said = others.map(([key, schema]) => saysSomething(`self.${key}`, schema)).join(' || ');
  return { rule: `!has(self.stagedAction) || self.stagedAction != 'Delete' || !(${said})`, message };
}

/** CEL: the field is there and is not the empty value of its type. */
function saysSomething(path: string, schema: JsonSchema): string {
  if (schema.type === 'array') return `(has(${path}) && size(${path}) > 0)`;
  if (schema.type === 'string') return `(has(${path}) && ${path} != '')`;
  if (schema.type === 'boolean') return `(has(${path}) && ${path})`;
  const inner = Object.keys(schema.properties ?? {}).map((key) => `has(${path}.${key})`);
  return inner.length === 0 ? `has(${path})` : `(has(${path}) && (${inner.join(' || ')}))`;
}

// That the parts are plain names is what every API server checks; the rule is about how many there are.
const globalName: ValidationRule = {
  rule: "self.metadata.name.matches('^[^.]*([.][^.]*)?$')",
  message: 'a policy is called NAME or TIER.NAME',
};
const namespacedName: ValidationRule = {
  ...globalName,
  rule: `${globalName.rule} || self.metadata.name.startsWith('knp.default.') || self.metadata.name.startsWith('ossg.default.')`,
};

const columns = [
  column('Tier', '.spec.tier'),
  wideColumn('Order', '.spec.order', 'number'),
  wideColumn('Selector', '.spec.selector'),
];
const selectableFields = ['.spec.tier'];
const deleteSays = 'Spec fields, except Tier, should all be zero-value if stagedAction is Delete';
const allFields = { ...policyFields, ...globalFields };

/** One of the three tiers every cluster has: order and default action are fixed. */
function fixedTier(name: string, order: number, defaultAction: string): readonly ValidationRule[] {
  return [
    {
      rule: `self.metadata.name != '${name}' || (has(self.spec.defaultAction) && self.spec.defaultAction == '${defaultAction}')`,
      message: `The '${name}' tier must have default action '${defaultAction}'`,
    },
    {
      rule: `self.metadata.name != '${name}' || (has(self.spec.order) && self.spec.order == ${order}.0)`,
      message: `${name} tier order must be ${order}`,
    },
  ];
}

/** Schemas of tiers, profiles and policies. */
export const policyKindSchemas: Readonly<Record<string, KindSchema>> = {
  Tier: {
    description: 'Policies that are evaluated together, in the order of the tiers',
    spec: object({
      order: { type: 'number', description: 'Lower is earlier; without one the tier comes last' },
      defaultAction: oneOf(['Deny', 'Pass'], {
        description: 'What becomes of packets that a policy of the tier selects and no rule decides',
        default: 'Deny',
      }),
    }),
    status: object({ conditions: conditionsSchema('Ready') }),
    rules: [
      { rule: "!self.metadata.name.contains('.')", message: 'a tier name has no dots' },
      { rule: 'size(self.metadata.name) <= 63', message: 'a tier name has at most 63 characters' },
      ...fixedTier('kube-admin', 1_000, 'Pass'),
      ...fixedTier('default', 1_000_000, 'Deny'),
      ...fixedTier('kube-baseline', 10_000_000, 'Pass'),
    ],
    columns: [column('Order', '.spec.order', 'number'), wideColumn('DefaultAction', '.spec.defaultAction')],
  },
  Profile: {
    description: 'Rules and labels that endpoints share: a view of a Namespace or a ServiceAccount',
    spec: object({
      ingress: ruleList('Rules for connections to the endpoints'),
      egress: ruleList('Rules for connections from the endpoints'),
      labelsToApply: map(text(), { description: 'Labels the endpoints get' }),
    }),
    columns: [wideColumn('Labels', '.spec.labelsToApply')],
  },
  NetworkPolicy: {
    description: 'Rules for the pods of a namespace',
    spec: object(policyFields, { 'x-kubernetes-validations': policyRules }),
    rules: [namespacedName],
    columns,
    selectableFields,
  },
  GlobalNetworkPolicy: {
    description: 'Rules for endpoints of the whole cluster, hosts included',
    spec: object(allFields, { 'x-kubernetes-validations': [...policyRules, ...globalRules] }),
    rules: [globalName],
    columns,
    selectableFields,
  },
  StagedNetworkPolicy: {
    description: 'A NetworkPolicy whose effect is reported and not enforced',
    spec: object(
      { ...stagedField, ...policyFields },
      { 'x-kubernetes-validations': [nothingBesides(policyFields, deleteSays), ...policyRules] },
    ),
    rules: [namespacedName],
    columns,
    selectableFields,
  },
  StagedGlobalNetworkPolicy: {
    description: 'A GlobalNetworkPolicy whose effect is reported and not enforced',
    spec: object(
      { ...stagedField, ...allFields },
      { 'x-kubernetes-validations': [nothingBesides(allFields, deleteSays), ...policyRules, ...globalRules] },
    ),
    rules: [globalName],
    columns,
    selectableFields,
  },
  StagedKubernetesNetworkPolicy: {
    description: 'A Kubernetes NetworkPolicy whose effect is reported and not enforced',
    spec: object(
      { ...stagedField, ...kubernetesPolicyFields },
      {
        'x-kubernetes-validations': [
          nothingBesides(kubernetesPolicyFields, 'Spec fields should all be zero-value if stagedAction is Delete'),
        ],
      },
    ),
    columns: [wideColumn('PodSelector', '.spec.podSelector')],
  },
};
