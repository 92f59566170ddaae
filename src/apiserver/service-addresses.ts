import type { Cidr } from '../net/cidr.ts';
import { cidrAddress, cidrContainsIp, cidrFamily, cidrSize } from '../net/cidr.ts';
import { type Ip, ipPlus, tryParseIp } from '../net/ip.ts';
import {
  type ApiObject,
  arrayAt,
  ensureRecord,
  type JsonRecord,
  recordAt,
  recordsAt,
  setDefault,
  stringAt,
} from './json.ts';
import { builtInResource, storageKey } from './resource.ts';
import { type Cause, invalidValue, StatusError } from './status-error.ts';
import type { Store } from './storage/store.ts';

/** Node ports that are handed out, both ends included. */
const nodePortRange = { first: 30_000, last: 32_767 } as const;

/** The lowest addresses of the range are left to people who choose one themselves, as kube-apiserver does. */
const reservedForChoice = 256n;

/**
 * Gives Services their cluster addresses and node ports. What is taken is read from the store every time, so a write
 * that is taken back frees its addresses by itself. Addresses go round: one that was just freed comes last, because
 * peers may still hold connections to it.
 */
export class ServiceAddresses {
  readonly #store: Store;
  readonly #cidrs: readonly Cidr[];
  /** Offset of the address given last, per range. */
  readonly #cursors = new Map<Cidr, bigint>();

  /** @param cidrs one per family, the first is the default family */
  constructor(store: Store, cidrs: readonly Cidr[]) {
    this.#store = store;
    this.#cidrs = cidrs;
  }

  /** The first address of the default range, where every cluster has its own API; `undefined` when it is taken. */
  first(): Ip | undefined {
    const [cidr] = this.#cidrs;
    if (cidr === undefined) return undefined;
    const ip = ipPlus(cidrAddress(cidr), 1n);
    const services = this.#store.scan(storageKey(builtInResource('Service')));
    return services.some(({ object }) => arrayAt(object, 'spec', 'clusterIPs').includes(ip)) ? undefined : ip;
  }

  /**
   * Fills in `service`, or checks what it asks for.
   *
   * @returns what could not be given
   * @throws StatusError 500 when the range is used up
   */
  allocate(service: ApiObject, old?: Readonly<ApiObject>): Cause[] {
    const spec = ensureRecord(service, 'spec');
    if (old !== undefined) keepAllocated(spec, old);
    const others = this.#store
      .scan(storageKey(builtInResource('Service')))
      .filter((entry) => entry.name !== service.metadata.name || entry.namespace !== service.metadata.namespace)
      .map((entry) => entry.object);
    return [...allocateAddresses(this.#cidrs, this.#cursors, spec, others), ...allocateNodePorts(spec, others)];
  }
}

/** An update that leaves out what was given once keeps it, as an applied manifest does. */
function keepAllocated(spec: JsonRecord, old: Readonly<ApiObject>): void {
  const before = recordAt(old, 'spec') ?? {};
  if (before.type === 'ExternalName' || spec.type === 'ExternalName') return;
  if (!spec.clusterIP) spec.clusterIP = before.clusterIP;
  if (spec.clusterIP === before.clusterIP) {
    for (const field of ['clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) setDefault(spec, field, before[field]);
  }
  const given = recordsAt(before, 'ports');
  for (const port of recordsAt(spec, 'ports')) {
    if (port.nodePort) continue;
    const same = given.find((item) => item.port === port.port && item.protocol === port.protocol);
    if (same?.nodePort !== undefined) port.nodePort = same.nodePort;
  }
}

function allocateAddresses(
  cidrs: readonly Cidr[],
  cursors: Map<Cidr, bigint>,
  spec: JsonRecord,
  others: readonly Readonly<ApiObject>[],
): Cause[] {
  if (spec.type === 'ExternalName') {
    for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) delete spec[field];
    return [];
  }
  const asked = stringAt(spec, 'clusterIP') || arrayAt(spec, 'clusterIPs')[0];
  const wanted = chooseFamilies(cidrs, spec, asked);
  if (asked === 'None') {
    Object.assign(spec, { clusterIP: 'None', clusterIPs: ['None'], ...wanted.fields });
    return [];
  }
  const kept = [asked, ...arrayAt(spec, 'clusterIPs').slice(1)].filter(
    (item) => typeof item === 'string' && item !== '',
  );
  const taken = new Set(others.flatMap((other) => arrayAt(other, 'spec', 'clusterIPs').map(String)));
  const causes: Cause[] = [];
  const addresses = wanted.cidrs.map((cidr, index) => {
    const text = kept[index];
    if (typeof text !== 'string') return nextAddress(cidr, cursors, taken);
    const why = refuseAddress(text, cidrs, taken);
    if (why !== undefined)
      causes.push(invalidValue('spec.clusterIPs', [text], `failed to allocate IP ${text}: ${why}`));
    return text;
  });
  Object.assign(spec, { clusterIP: addresses[0], clusterIPs: addresses, ...wanted.fields });
  return causes;
}

function chooseFamilies(cidrs: readonly Cidr[], spec: JsonRecord, asked: unknown) {
  const family = (cidr: Cidr) => `IPv${cidrFamily(cidr)}`;
  const askedIp = typeof asked === 'string' ? tryParseIp(asked) : undefined;
  const first =
    arrayAt(spec, 'ipFamilies')[0] ?? (askedIp?.includes(':') ? 'IPv6' : askedIp !== undefined ? 'IPv4' : undefined);
  const ordered = [...cidrs].sort((a, b) => Number(family(b) === first) - Number(family(a) === first));
  const policy =
    stringAt(spec, 'ipFamilyPolicy') ?? (arrayAt(spec, 'ipFamilies').length > 1 ? 'RequireDualStack' : 'SingleStack');
  const chosen = policy === 'SingleStack' ? ordered.slice(0, 1) : ordered;
  return { cidrs: chosen, fields: { ipFamilies: chosen.map(family), ipFamilyPolicy: policy } };
}

function refuseAddress(text: string, cidrs: readonly Cidr[], taken: ReadonlySet<string>): string | undefined {
  const ip = tryParseIp(text);
  if (ip === undefined) return 'not a valid IP address';
  const cidr = cidrs.find((range) => cidrContainsIp(range, ip));
  if (cidr === undefined)
    return `the provided IP (${text}) is not in the valid range. The range of valid IPs is ${cidrs.join(', ')}`;
  if (ip === cidrAddress(cidr)) return 'the network address of the range cannot be used';
  return taken.has(ip) ? 'provided IP is already allocated' : undefined;
}

function nextAddress(cidr: Cidr, cursors: Map<Cidr, bigint>, taken: ReadonlySet<string>): Ip {
  const size = cidrSize(cidr);
  const last = cidrFamily(cidr) === 4 ? size - 1n : size;
  const low = size > reservedForChoice * 4n ? reservedForChoice : 0n;
  const base = cidrAddress(cidr);
  const start = cursors.get(cidr) ?? low;
  const limit = BigInt(taken.size + 2) + low;
  for (let step = 1n; step <= limit; step++) {
    const offset = low + 1n + ((start - low + step - 1n) % (last - low - 1n));
    const ip = ipPlus(base, offset);
    if (taken.has(ip)) continue;
    cursors.set(cidr, offset);
    return ip;
  }
  throw new StatusError(500, 'InternalError', `failed to allocate a serviceIP: range ${cidr} is full`);
}

function allocateNodePorts(spec: JsonRecord, others: readonly Readonly<ApiObject>[]): Cause[] {
  const ports = recordsAt(spec, 'ports');
  const wants =
    spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
  if (!wants) {
    for (const port of ports) delete port.nodePort;
    return [];
  }
  const key = (port: JsonRecord, number: unknown) => `${port.protocol}/${number}`;
  const taken = new Set(
    others.flatMap((other) => recordsAt(other, 'spec', 'ports').map((port) => key(port, port.nodePort))),
  );
  const causes: Cause[] = [];
  for (const [index, port] of ports.entries()) {
    const field = `spec.ports[${index}].nodePort`;
    const asked = port.nodePort;
    if (asked === undefined || asked === null || asked === 0) continue;
    if (typeof asked !== 'number' || asked < nodePortRange.first || asked > nodePortRange.last) {
      causes.push(
        invalidValue(
          field,
          asked,
          `provided port is not in the valid range. The range of valid ports is ${nodePortRange.first}-${nodePortRange.last}`,
        ),
      );
    } else if (taken.has(key(port, asked)))
      causes.push(invalidValue(field, asked, 'provided port is already allocated'));
    taken.add(key(port, asked));
  }
  for (const port of ports) {
    if (port.nodePort) continue;
    port.nodePort = nextNodePort((number) => taken.has(key(port, number)));
    taken.add(key(port, port.nodePort));
  }
  return causes;
}

function nextNodePort(isTaken: (port: number) => boolean): number {
  const count = nodePortRange.last - nodePortRange.first + 1;
  const start = Math.floor(Math.random() * count);
  for (let step = 0; step < count; step++) {
    const port = nodePortRange.first + ((start + step) % count);
    if (!isTaken(port)) return port;
  }
  throw new StatusError(500, 'InternalError', 'failed to allocate a nodePort: range is full');
}
