import { parseCidr } from '../../net/cidr.ts';
import { parseIp } from '../../net/ip.ts';
import { parseSelector } from '../../selector/parse-selector.ts';
import type { Labels } from '../../selector/selector.ts';
import type { NormalEntity, NormalPolicy, NormalRule, PortCondition } from '../normal-policy.ts';
import { formatPolicyId, parsePolicyId } from '../policy-id.ts';
import type { NamedPort, PolicyChange } from '../policy-input.ts';

/** A rule that does something with what it says of the two ends; `index` 0. */
export function rule(action: NormalRule['action'], conditions: Partial<NormalRule> = {}): NormalRule {
  return { index: 0, action, source: {}, destination: {}, ...conditions };
}

/** `selector` and the like as text: `{ selector: "app == 'a'", nets: ['10.0.0.0/8'], ports: [80, '8000:8080', 'http'] }`. */
export function entity(fields: {
  readonly nets?: readonly string[];
  readonly notNets?: readonly string[];
  readonly selector?: string;
  readonly notSelector?: string;
  readonly ports?: readonly (number | string)[];
  readonly notPorts?: readonly (number | string)[];
  readonly service?: NormalEntity['service'];
}): NormalEntity {
  const { nets, notNets, selector, notSelector, ports, notPorts, service } = fields;
  return {
    ...(nets && { nets: nets.map(parseCidr) }),
    ...(notNets && { notNets: notNets.map(parseCidr) }),
    ...(selector !== undefined && { selector: parseSelector(selector) }),
    ...(notSelector !== undefined && { notSelector: parseSelector(notSelector) }),
    ...(ports && { ports: ports.map(portCondition) }),
    ...(notPorts && { notPorts: notPorts.map(portCondition) }),
    ...(service && { service }),
  };
}

function portCondition(port: number | string): PortCondition {
  if (typeof port === 'number') return { first: port, last: port };
  const [first, last] = port.split(':');
  return last === undefined ? { name: port } : { first: Number(first), last: Number(last) };
}

/** For every endpoint, in tier `default`, order 1000, ingress. Rules get their indexes. */
export function policy(text: string, fields: Partial<Omit<NormalPolicy, 'id'>> = {}): NormalPolicy {
  const id = parsePolicyId(text);
  if (id === undefined) throw new RangeError(`"${text}" is no policy`);
  const { ingress = [], egress = [] } = fields;
  return {
    tier: 'default',
    order: 1000,
    selector: parseSelector('all()'),
    directions: ['ingress'],
    untracked: false,
    preDnat: false,
    applyOnForward: false,
    ...fields,
    id,
    ingress: ingress.map((one, index) => ({ ...one, index })),
    egress: egress.map((one, index) => ({ ...one, index })),
  };
}

/** The policy is there. */
export function policyChange(value: NormalPolicy): PolicyChange {
  return { kind: 'policy', key: formatPolicyId(value.id), value };
}

/** The pod `NAMESPACE/NAME` is there. */
export function podChange(
  key: string,
  labels: Labels,
  addresses: readonly string[],
  ports: readonly NamedPort[] = [],
): PolicyChange {
  const namespace = key.split('/')[0] ?? '';
  return { kind: 'endpoint', key, value: { labels, namespace, addresses: addresses.map(parseIp), ports } };
}

/** The namespace is there. */
export function namespaceChange(key: string, labels: Labels = {}): PolicyChange {
  return { kind: 'namespace', key, value: { labels } };
}

/** The pod is on this node. */
export function localChange(device: string, endpoint: string): PolicyChange {
  return { kind: 'local', key: device, value: { device, endpoint, name: endpoint } };
}

/** A network set is there. */
export function networkSetChange(key: string, labels: Labels, nets: readonly string[]): PolicyChange {
  return { kind: 'network-set', key, value: { labels, nets: nets.map(parseCidr) } };
}
