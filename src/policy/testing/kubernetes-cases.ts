import type { KubernetesPolicySpec } from '../../api/calico-policy.ts';
import type { AdminPolicyRule, ClusterNetworkPolicy, ClusterPolicyRule } from '../../api/cluster-policy.ts';
import type { PolicyResources } from '../resources.ts';
import { kubernetesPolicy, namespace, networkPolicy, networkSet, type PolicyCase, packet, pod } from './policy-case.ts';

const cluster: Partial<PolicyResources> = {
  namespaces: [namespace('shop', { team: 'shop' }), namespace('ops', { team: 'ops' }), namespace('kube-system')],
  pods: [
    pod('shop/web', { app: 'web' }, '10.0.0.1 fd00::1', [{ name: 'http', containerPort: 8080 }]),
    pod('shop/api', { app: 'api', role: 'client' }, '10.0.0.2 fd00::2'),
    pod('ops/probe', { app: 'probe', role: 'client' }, '10.0.0.3'),
    pod('ops/other', { app: 'other' }, '10.0.0.4'),
    pod('kube-system/dns', { app: 'dns' }, '10.0.0.5', [{ name: 'dns', containerPort: 53, protocol: 'UDP' }]),
  ],
};

/** A packet at shop/web under one NetworkPolicy that selects every pod of its namespace. */
function recipe(
  name: string,
  spec: KubernetesPolicySpec,
  direction: 'ingress' | 'egress',
  text: string,
  verdict: string,
): PolicyCase {
  const policy = kubernetesPolicy('shop/p', { podSelector: {}, ...spec });
  return {
    name,
    resources: { ...cluster, kubernetesPolicies: [policy] },
    endpoint: 'shop/web',
    direction,
    packet: packet(text),
    verdict,
  };
}

const allowed = 'allowed by knp/shop/p ingress 0';
const denied = 'denied by end of default (knp/shop/p)';
const out = 'allowed by knp/shop/p egress 0';
const profile = 'allowed by kns.shop';
const fromApi = '10.0.0.2 > 10.0.0.1 TCP 80';
const fromProbe = '10.0.0.3 > 10.0.0.1 TCP 80';
const fromOther = '10.0.0.4 > 10.0.0.1 TCP 80';

const denyAll: KubernetesPolicySpec = { policyTypes: ['Ingress', 'Egress'] };
const sameNamespace: KubernetesPolicySpec = { ingress: [{ from: [{ podSelector: {} }] }] };
const anyNamespace: KubernetesPolicySpec = { ingress: [{ from: [{ namespaceSelector: {} }] }] };
const fromOps: KubernetesPolicySpec = {
  ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'ops' } } }] }],
};
const both: KubernetesPolicySpec = {
  ingress: [
    {
      from: [{ namespaceSelector: { matchLabels: { team: 'ops' } }, podSelector: { matchLabels: { role: 'client' } } }],
    },
  ],
};
const either: KubernetesPolicySpec = {
  ingress: [
    {
      from: [
        { namespaceSelector: { matchLabels: { team: 'ops' } } },
        { podSelector: { matchLabels: { role: 'client' } } },
      ],
    },
  ],
};
const block: KubernetesPolicySpec = {
  ingress: [{ from: [{ ipBlock: { cidr: '192.0.2.0/24', except: ['192.0.2.128/25'] } }] }],
};
const byPort: KubernetesPolicySpec = {
  ingress: [
    { ports: [{ port: 'http' }, { port: 5000, endPort: 5010 }, { protocol: 'UDP' }], from: [{ podSelector: {} }] },
  ],
};
const dns: KubernetesPolicySpec = {
  policyTypes: ['Egress'],
  egress: [
    {
      to: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: 'dns' } } }],
      ports: [{ protocol: 'UDP', port: 'dns' }],
    },
  ],
};
const expression: KubernetesPolicySpec = {
  ingress: [
    { from: [{ podSelector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web', 'db'] }] } }] },
  ],
};

const recipes: readonly PolicyCase[] = [
  recipe('deny all: ingress -> denied', denyAll, 'ingress', fromApi, denied),
  recipe('deny all: egress -> denied', denyAll, 'egress', '10.0.0.1 > 10.0.0.2 TCP 80', denied),
  recipe('no types: egress without egress rules -> profile', {}, 'egress', '10.0.0.1 > 10.0.0.2 TCP 80', profile),
  recipe('allow all: empty rule -> allowed', { ingress: [{}] }, 'ingress', fromOther, allowed),
  recipe('own namespace: pod of it -> allowed', sameNamespace, 'ingress', fromApi, allowed),
  recipe('own namespace: pod of another -> denied', sameNamespace, 'ingress', fromProbe, denied),
  recipe(
    'own namespace: IPv6 address of a pod -> allowed',
    sameNamespace,
    'ingress',
    'fd00::2 > fd00::1 TCP 80',
    allowed,
  ),
  recipe('any namespace: pod -> allowed', anyNamespace, 'ingress', fromOther, allowed),
  recipe('any namespace: from outside -> denied', anyNamespace, 'ingress', '192.0.2.1 > 10.0.0.1 TCP 80', denied),
  recipe('namespace by label: pod of it -> allowed', fromOps, 'ingress', fromOther, allowed),
  recipe('namespace by label: pod of own -> denied', fromOps, 'ingress', fromApi, denied),
  recipe('namespace and pod: both -> allowed', both, 'ingress', fromProbe, allowed),
  recipe('namespace and pod: namespace only -> denied', both, 'ingress', fromOther, denied),
  recipe('namespace or pod: namespace only -> allowed', either, 'ingress', fromOther, allowed),
  recipe('namespace or pod: pod of own namespace -> allowed', either, 'ingress', fromApi, allowed),
  recipe('ipBlock: inside -> allowed', block, 'ingress', '192.0.2.1 > 10.0.0.1 TCP 80', allowed),
  recipe('ipBlock: in an exception -> denied', block, 'ingress', '192.0.2.129 > 10.0.0.1 TCP 80', denied),
  recipe('port: by name -> allowed', byPort, 'ingress', '10.0.0.2 > 10.0.0.1 TCP 8080', allowed),
  recipe('port: name is of TCP, packet of SCTP -> denied', byPort, 'ingress', '10.0.0.2 > 10.0.0.1 SCTP 8080', denied),
  recipe('port: last of a range -> allowed', byPort, 'ingress', '10.0.0.2 > 10.0.0.1 TCP 5010', allowed),
  recipe('port: one after a range -> denied', byPort, 'ingress', '10.0.0.2 > 10.0.0.1 TCP 5011', denied),
  recipe('port: protocol alone -> any port', byPort, 'ingress', '10.0.0.2 > 10.0.0.1 UDP 9', allowed),
  recipe('egress DNS: to the DNS pod -> allowed', dns, 'egress', '10.0.0.1 > 10.0.0.5 UDP 53', out),
  recipe('egress DNS: by TCP -> denied', dns, 'egress', '10.0.0.1 > 10.0.0.5 TCP 53', denied),
  recipe('egress DNS: to another pod -> denied', dns, 'egress', '10.0.0.1 > 10.0.0.2 UDP 53', denied),
  recipe('egress DNS: ingress -> profile', dns, 'ingress', fromOther, profile),
  recipe('expression: NotIn, label with another value -> allowed', expression, 'ingress', fromApi, allowed),
  recipe('expression: NotIn, own value -> denied', expression, 'ingress', '10.0.0.1 > 10.0.0.1 TCP 80', denied),
];

/** shop/api gives itself labels that only its namespace or service account may give it. */
const forger = pod(
  'shop/api',
  { 'pcns.team': 'ops', 'pcns.kubernetes.io/metadata.name': 'ops', 'pcsa.role': 'admin' },
  '10.0.0.2 fd00::2',
);
const forged: Partial<PolicyResources> = {
  ...cluster,
  pods: (cluster.pods ?? []).map((one) => (one.metadata.name === 'api' ? forger : one)),
  networkSets: [networkSet('shop/forged', { 'pcns.team': 'ops' }, ['192.0.2.0/24'])],
};
const trustsOps = networkPolicy('shop/p', {
  types: ['Ingress'],
  ingress: [{ action: 'Allow', source: { namespaceSelector: "team == 'ops'" } }],
});
const trustsAdmins = networkPolicy('shop/p', {
  types: ['Ingress'],
  ingress: [{ action: 'Allow', source: { serviceAccounts: { selector: "role == 'admin'" } } }],
});

function forgery(
  name: string,
  policy: Partial<PolicyResources>,
  text: string,
  verdict = 'denied by end of default (np/shop/p)',
): PolicyCase {
  const resources = { ...forged, ...policy };
  return { name, resources, endpoint: 'shop/web', direction: 'ingress', packet: packet(text), verdict };
}

const forgeries: readonly PolicyCase[] = [
  forgery(
    'forged label of a namespace, Kubernetes policy: pod -> denied',
    { kubernetesPolicies: [kubernetesPolicy('shop/p', { podSelector: {}, ...fromOps })] },
    fromApi,
    denied,
  ),
  forgery('forged label of a namespace: pod -> denied', { networkPolicies: [trustsOps] }, fromApi),
  forgery(
    'forged label of a namespace: IPv6 address of the pod -> denied',
    { networkPolicies: [trustsOps] },
    'fd00::2 > fd00::1 TCP 80',
  ),
  forgery(
    'forged label of a namespace: network set -> denied',
    { networkPolicies: [trustsOps] },
    '192.0.2.1 > 10.0.0.1 TCP 80',
  ),
  forgery('forged label of a service account: pod -> denied', { networkPolicies: [trustsAdmins] }, fromApi),
];

const everyPod = { namespaces: {} } as const;
const fromAll = { from: [everyPod] } as const;

function admin(
  name: string,
  rule: Omit<AdminPolicyRule, 'from'>,
  text: string,
  verdict: string,
  more: Partial<PolicyResources> = {},
): PolicyCase {
  const spec = { priority: 5, subject: everyPod, ingress: [{ ...fromAll, ...rule }] };
  const resources = { ...cluster, adminNetworkPolicies: [{ metadata: { name: 'a' }, spec }], ...more };
  return { name, resources, endpoint: 'shop/web', direction: 'ingress', packet: packet(text), verdict };
}

const isolated = { kubernetesPolicies: [kubernetesPolicy('shop/p', { podSelector: {} })] };
const baselineDeny: Partial<PolicyResources> = {
  baselineAdminNetworkPolicies: [
    { metadata: { name: 'default' }, spec: { subject: everyPod, ingress: [{ action: 'Deny', ...fromAll }] } },
  ],
};

function cluster2(
  name: string,
  spec: Partial<ClusterNetworkPolicy['spec']>,
  text: string,
  verdict: string,
): PolicyCase {
  const full = { tier: 'Admin', priority: 5, subject: everyPod, ...spec } as const;
  const resources = { ...cluster, clusterNetworkPolicies: [{ metadata: { name: 'c' }, spec: full }] };
  const direction = spec.egress === undefined ? 'ingress' : 'egress';
  return { name, resources, endpoint: 'shop/web', direction, packet: packet(text), verdict };
}

const tcp80: ClusterPolicyRule = {
  action: 'Accept',
  ...fromAll,
  protocols: [{ tcp: { destinationPort: { number: 80 } } }],
};

const clusterCases: readonly PolicyCase[] = [
  admin(
    'admin: Allow -> before an isolating NetworkPolicy',
    { action: 'Allow' },
    fromApi,
    'allowed by anp/a ingress 0',
    isolated,
  ),
  admin('admin: Deny -> denied', { action: 'Deny' }, fromApi, 'denied by anp/a ingress 0'),
  admin('admin: Pass -> NetworkPolicy decides', { action: 'Pass' }, fromApi, denied, isolated),
  admin('admin: from outside -> no pod, no match', { action: 'Deny' }, '192.0.2.1 > 10.0.0.1 TCP 80', profile),
  admin(
    'admin: port range, inside -> denied',
    { action: 'Deny', ports: [{ portRange: { start: 80, end: 90 } }] },
    fromApi,
    'denied by anp/a ingress 0',
  ),
  admin(
    'admin: named port -> denied',
    { action: 'Deny', ports: [{ namedPort: 'http' }] },
    '10.0.0.2 > 10.0.0.1 TCP 8080',
    'denied by anp/a ingress 0',
  ),
  admin(
    'baseline: no NetworkPolicy -> decides',
    { action: 'Pass' },
    fromApi,
    'denied by banp/default ingress 0',
    baselineDeny,
  ),
  admin('baseline: isolating NetworkPolicy -> decides before', { action: 'Pass' }, fromApi, denied, {
    ...baselineDeny,
    ...isolated,
  }),
  cluster2('cluster policy: Accept -> allowed', { ingress: [tcp80] }, fromApi, 'allowed by kcnp/c ingress 0'),
  cluster2(
    'cluster policy: another port -> passes to the profile',
    { ingress: [tcp80] },
    '10.0.0.2 > 10.0.0.1 TCP 81',
    profile,
  ),
  cluster2('cluster policy: no rules -> no say', {}, fromApi, profile),
  cluster2(
    'cluster policy: networks -> denied',
    { egress: [{ action: 'Deny', to: [{ networks: ['192.0.2.0/24'] }] }] },
    '10.0.0.1 > 192.0.2.1 TCP 80',
    'denied by kcnp/c egress 0',
  ),
  cluster2(
    'cluster policy: Deny to a domain name -> denies everything',
    { egress: [{ action: 'Deny', to: [{ domainNames: ['example.com'] }] }] },
    '10.0.0.1 > 192.0.2.1 TCP 80',
    'denied by kcnp/c egress 0',
  ),
  cluster2(
    'cluster policy: Accept to a domain name -> accepts nothing',
    { egress: [{ action: 'Accept', to: [{ domainNames: ['example.com'] }] }] },
    '10.0.0.1 > 192.0.2.1 TCP 80',
    profile,
  ),
  cluster2(
    'cluster policy: tier Baseline -> after everything',
    { tier: 'Baseline', ingress: [{ action: 'Deny', ...fromAll }] },
    fromApi,
    'denied by kcnp/c ingress 0',
  ),
];

/** Kubernetes' policies: the recipes people know, and those for whole clusters. */
export const kubernetesCases: readonly PolicyCase[] = [...recipes, ...forgeries, ...clusterCases];
