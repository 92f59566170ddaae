import { type Cidr, cidrAddress, isSingleAddress } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import type { LabelGroup } from './label-groups.ts';
import { type ListMember, memberKey } from './list-member.ts';
import type { ListSpec } from './list-spec.ts';
import type { NamedPort, PolicyEndpoint, PolicyNetworkSet } from './policy-input.ts';

/** An endpoint or a network set as lists see it. Never changes: a change puts another one in its place. */
export interface ListSource {
  /** Unique among endpoints, and among network sets; the comment of its members. */
  readonly key: string;
  readonly kind: 'endpoint' | 'network-set';
  readonly group: LabelGroup<ListSource>;
  /** This and the other lists are without duplicates. */
  readonly addresses: readonly Ip[];
  readonly ports: readonly NamedPort[];
  /** Of two addresses or more. */
  readonly nets: readonly Cidr[];
}

// There are many sources, and most have none.
const none: readonly never[] = [];

/** The source that an endpoint is. */
export function endpointSource(
  key: string,
  group: LabelGroup<ListSource>,
  { addresses, ports }: PolicyEndpoint,
): ListSource {
  return {
    key,
    kind: 'endpoint',
    group,
    addresses: distinct(addresses),
    ports: shared(distinctPorts(ports), group),
    nets: none,
  };
}

/** The source that a network set is: networks of one address are addresses. */
export function networkSetSource(key: string, group: LabelGroup<ListSource>, { nets }: PolicyNetworkSet): ListSource {
  return {
    key,
    kind: 'network-set',
    group,
    addresses: distinct(nets.filter(isSingleAddress).map(cidrAddress)),
    ports: none,
    nets: distinct(nets.filter((net) => !isSingleAddress(net))),
  };
}

/** True when both give the same to every list. */
export function equalSources(a: ListSource, b: ListSource): boolean {
  return (
    a.group === b.group &&
    equalLists(a.addresses, b.addresses, Object.is) &&
    equalLists(a.nets, b.nets, Object.is) &&
    equalLists(a.ports, b.ports, equalPorts)
  );
}

/** What the source gives to a list whose selector it matches, by key. */
export function membersOf({ key: comment, addresses, ports, nets }: ListSource, spec: ListSpec): ListMember[] {
  if (spec.kind === 'selector') {
    const [address] = addresses;
    // Nearly all of them are pods with one address.
    if (address !== undefined && addresses.length === 1 && nets.length === 0) return [{ address, comment }];
    return [...addresses.map((one) => ({ address: one, comment })), ...nets.map((net) => ({ net, comment }))];
  }
  if (spec.kind === 'service') return [];
  return ports
    .filter(({ name, protocol }) => name === spec.name && (spec.protocol ?? protocol) === protocol)
    .flatMap(({ protocol, port }) => addresses.map((address) => ({ address, protocol, port, comment })));
}

/** True when {@link membersOf} has this member. */
export function givesMember(source: ListSource, spec: ListSpec, member: ListMember): boolean {
  // Whoever asks knows that it is the source's address or network.
  if (spec.kind === 'selector') return true;
  return membersOf(source, spec).some((own) => memberKey(own) === memberKey(member));
}

function distinct<T>(values: readonly T[]): readonly T[] {
  if (values.length === 0) return none;
  return values.length === 1 ? values : [...new Set(values)];
}

/** Two containers of a pod may name the same port. */
function distinctPorts(ports: readonly NamedPort[]): readonly NamedPort[] {
  if (ports.every((port, i) => ports.findIndex((other) => equalPorts(port, other)) === i)) return ports;
  return ports.filter((port, i) => ports.findIndex((other) => equalPorts(port, other)) === i);
}

/** The list that a replica has already, so that it is kept once. */
function shared(ports: readonly NamedPort[], { members }: LabelGroup<ListSource>): readonly NamedPort[] {
  if (ports.length === 0) return none;
  const [replica] = members;
  return replica !== undefined && equalLists(ports, replica.ports, equalPorts) ? replica.ports : ports;
}

function equalPorts(a: NamedPort, b: NamedPort): boolean {
  return a.name === b.name && a.protocol === b.protocol && a.port === b.port;
}

function equalLists<T>(a: readonly T[], b: readonly T[], equal: (a: T, b: T) => boolean): boolean {
  return (
    a.length === b.length &&
    a.every((value, i) => {
      const other = b[i];
      return other !== undefined && equal(value, other);
    })
  );
}
