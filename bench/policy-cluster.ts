import { parseCidr } from '../src/net/cidr.ts';
import { ipPlus, parseIp } from '../src/net/ip.ts';
import type { NormalEntity, NormalPolicy, NormalRule } from '../src/policy/normal-policy.ts';
import { formatPolicyId } from '../src/policy/policy-id.ts';
import type { PolicyChange, PolicyEndpoint } from '../src/policy/policy-input.ts';
import { parseSelector } from '../src/selector/parse-selector.ts';

const namespaces = 1_000;
const apps = 10;
const teams = 50;
const firstAddress = parseIp('10.0.0.0');
const tcp = 6;

/** A cluster of so many pods in 1,000 namespaces, with 10 applications in each, and what one of its nodes has. */
export function policyCluster(pods: number, policies: number, localPods: number): PolicyChange[] {
  const changes: PolicyChange[] = [
    { kind: 'tier', key: 'default', value: { name: 'default', order: 1_000_000, defaultAction: 'Deny' } },
    { kind: 'tier', key: 'security', value: { name: 'security', order: 100, defaultAction: 'Pass' } },
  ];
  for (let i = 0; i < namespaces; i++) {
    const labels = { 'pcns.projectcalico.org/name': namespaceName(i), 'pcns.team': `team-${i % teams}` };
    changes.push({ kind: 'namespace', key: namespaceName(i), value: { labels } });
  }
  for (let i = 0; i < pods; i++) changes.push(podChange(i));
  for (let i = 0; i < policies; i++) changes.push(policyChange(i));
  for (let i = 0; i < localPods; i++) {
    const number = localPod(i, pods, localPods);
    const value = { device: `cali${number}`, endpoint: podKey(number), name: podKey(number) };
    changes.push({ kind: 'local', key: value.name, value });
  }
  return changes;
}

/** Which pod of the cluster is one of this node. */
export function localPod(index: number, pods: number, localPods: number): number {
  return index * Math.floor(pods / localPods);
}

/** A pod; with another application than it has from the start when one is given. */
export function podChange(number: number, app = Math.floor(number / namespaces) % apps): PolicyChange {
  const namespace = namespaceName(number % namespaces);
  const value: PolicyEndpoint = {
    labels: {
      app: `app-${app}`,
      'pod-template-hash': `${app}-5d8f7`,
      zone: ['front', 'back', 'data'][Math.floor(number / namespaces) % 3] ?? '',
      'projectcalico.org/namespace': namespace,
      'projectcalico.org/orchestrator': 'k8s',
      'projectcalico.org/serviceaccount': 'default',
    },
    namespace,
    serviceAccount: 'default',
    addresses: [ipPlus(firstAddress, number)],
    ports: [{ name: 'http', protocol: tcp, port: 8080 }],
  };
  return { kind: 'endpoint', key: podKey(number), value };
}

/** One of ten kinds of policy, in turn; `version` changes what it allows. */
export function policyChange(number: number, version = 0): PolicyChange {
  const namespace = namespaceName(Math.floor(number / 10) % namespaces);
  const within = `projectcalico.org/namespace == '${namespace}'`;
  const app = (i: number) => `${within} && app == 'app-${i % apps}'`;
  const turn = Math.floor(number / 10);
  const port = 8000 + version;
  const shapes: readonly (() => Partial<NormalPolicy>)[] = [
    () => ingress(app(turn), peer(app(turn + 1)), port),
    () => ingress(within, peer(within), port),
    () => ingress(`${within} && zone in {'front', 'back'}`, peer(`pcns.team == 'team-${turn % teams}'`), port),
    () => egress(app(3), { ...peer(app(2)), ports: [{ name: 'http' }] }),
    () => egress(within, { nets: [parseCidr('192.0.2.0/24')], notNets: [parseCidr('192.0.2.0/28')] }),
    () => ingress(app(4), { ...peer(app(5)), notSelector: parseSelector("zone == 'data'") }, port),
    () => ingress(app(6), {}, port),
    () => egress(`${within} && has(zone)`, { nets: [parseCidr('198.51.100.0/24')], ports: [{ first: 1, last: 1024 }] }),
    () => {
      const elsewhere = peer(`pcns.team == 'team-${(turn + 1) % teams}' && app == 'app-${turn % apps}'`);
      return ingress(`pcns.team == 'team-${turn % teams}' && zone == 'data'`, elsewhere, port);
    },
    () => ingress(app(7), { nets: [parseCidr('203.0.113.1/32'), parseCidr('203.0.113.2/32')] }, port),
  ];
  const shape = shapes[number % shapes.length]?.();
  const id = { kind: 'np', namespace, name: `policy-${number}` } as const;
  const value: NormalPolicy = {
    id,
    tier: 'default',
    order: number % 100,
    selector: parseSelector('all()'),
    directions: ['ingress'],
    ingress: [],
    egress: [],
    untracked: false,
    preDnat: false,
    applyOnForward: false,
    ...shape,
  };
  return { kind: 'policy', key: formatPolicyId(id), value };
}

function ingress(selector: string, source: NormalEntity, port: number): Partial<NormalPolicy> {
  const rule = allow(source, { ports: [{ first: port, last: port }] });
  return { selector: parseSelector(selector), directions: ['ingress'], ingress: [rule] };
}

function egress(selector: string, destination: NormalEntity): Partial<NormalPolicy> {
  return { selector: parseSelector(selector), directions: ['egress'], egress: [allow({}, destination)] };
}

function allow(source: NormalEntity, destination: NormalEntity): NormalRule {
  return { index: 0, action: 'Allow', protocol: tcp, source, destination };
}

function peer(selector: string): NormalEntity {
  return { selector: parseSelector(selector) };
}

function podKey(number: number): string {
  return `${namespaceName(number % namespaces)}/pod-${number}`;
}

function namespaceName(number: number): string {
  return `namespace-${number}`;
}
