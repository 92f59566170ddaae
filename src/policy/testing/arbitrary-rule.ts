import fc from 'fast-check';
import type { EntityRule, PolicyType, PortField, Rule } from '../../api/calico-policy.ts';
import type { Family } from '../../net/ip.ts';
import { arbitraryNamespaceSelector, arbitrarySelector } from './arbitrary-selector.ts';
import { vocabulary } from './vocabulary.ts';

/** `true` in one of so many cases. */
function oneIn(count: number): fc.Arbitrary<boolean> {
  return fc.nat(count - 1).map((drawn) => drawn === count - 1);
}

/** The value in one of so many cases, else `undefined`. */
export function maybe<T>(count: number, value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return oneIn(count).chain((there) => (there ? value : fc.constant(undefined)));
}

/** The object without what is `undefined`. */
export function compact<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}

/** Protocol and ICMP fields, and whether the rule may speak of ports. */
const protocols: fc.Arbitrary<Rule & { readonly ports: 'all' | 'named' | 'none' }> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom('TCP', 'TCP', 'UDP', 'SCTP').map((protocol) => ({ protocol, ports: 'all' })),
  },
  { weight: 4, arbitrary: fc.constant({ ports: 'named' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('ICMP', 'ICMPv6', 'UDPLite', 47, 17).map((protocol) => ({ protocol, ports: 'none' })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('TCP', 'UDP', 'ICMP', 47).map((notProtocol) => ({ notProtocol, ports: 'none' })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('ICMP', 'ICMPv6'), icmpMatch()).map(([protocol, icmp]) => ({
      protocol,
      icmp,
      ports: 'none',
    })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('ICMP', 'ICMPv6', undefined), icmpMatch()).map(([protocol, notICMP]) => ({
      ...(protocol === undefined ? {} : { protocol }),
      notICMP,
      ports: 'none',
    })),
  },
) as fc.Arbitrary<Rule & { readonly ports: 'all' | 'named' | 'none' }>;

function icmpMatch(): fc.Arbitrary<NonNullable<Rule['icmp']>> {
  return fc.constantFrom({ type: 8 }, { type: 128 }, { type: 3, code: 1 }, { type: 8, code: 0 });
}

/** What decides which fields an end of a rule may have. */
interface EntityShape {
  readonly family: Family;
  readonly ports: 'all' | 'named' | 'none';
  /** Namespaces of Services that may stand here; of none: no Service may. */
  readonly services: 'none' | 'with-namespace' | 'own-namespace';
  /** Source ports are rare. */
  readonly isSource: boolean;
  /** Of the other end of the connection; conditions on the own one are rare, but for destination ports. */
  readonly isPeer: boolean;
}

function entity(shape: EntityShape): fc.Arbitrary<EntityRule> {
  const service = fc.record({
    services:
      shape.services === 'own-namespace'
        ? fc.oneof(fc.constant({ name: 'web' }), fc.constant({ name: 'web', namespace: 'green' }))
        : fc.constantFrom(...vocabulary.namespaces).map((namespace) => ({ name: 'web', namespace })),
  });
  const fields = selectedEntity(shape);
  return shape.services === 'none'
    ? fields
    : fc.oneof({ weight: 6, arbitrary: fields }, { weight: 1, arbitrary: service });
}

function selectedEntity({ family, ports, isSource, isPeer }: EntityShape): fc.Arbitrary<EntityRule> {
  const nets = fc.constantFrom(...vocabulary.nets[family]);
  const somePorts = fc.uniqueArray(arbitraryPort(ports), { minLength: 1, maxLength: 3 });
  const portRarity = isSource ? 12 : 2;
  const rarity = isPeer ? 1 : 5;
  return fc
    .record({
      nets: maybe(
        6 * rarity,
        fc.uniqueArray(fc.oneof(nets, fc.constant(vocabulary.everything[family])), { minLength: 1, maxLength: 6 }),
      ),
      notNets: maybe(12 * rarity, fc.uniqueArray(nets, { minLength: 1, maxLength: 3 })),
      selector: maybe(3 * rarity, arbitrarySelector()),
      notSelector: maybe(12 * rarity, arbitrarySelector()),
      namespaceSelector: maybe(6 * rarity, arbitraryNamespaceSelector),
      serviceAccounts: maybe(12 * rarity, arbitraryAccounts),
      ports: ports === 'none' ? fc.constant(undefined) : maybe(portRarity, somePorts),
      notPorts: ports === 'none' ? fc.constant(undefined) : maybe(6 * portRarity, somePorts),
    })
    .map(compact);
}

const arbitraryAccounts = fc.oneof(
  fc.record({ names: fc.subarray([...vocabulary.serviceAccounts], { minLength: 1 }) }),
  fc.record({ selector: arbitrarySelector(vocabulary.ownerLabels) }),
);

function arbitraryPort(ports: EntityShape['ports']): fc.Arbitrary<PortField> {
  const named = fc.constantFrom<PortField>(...vocabulary.portNames);
  if (ports === 'named') return named;
  return fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom<PortField>(...vocabulary.ports) },
    { weight: 1, arbitrary: named },
  );
}

/** A rule of a Calico policy, as the API takes it, for this direction. `namespaced`: of a NetworkPolicy. */
export function arbitraryRule(direction: PolicyType, namespaced: boolean): fc.Arbitrary<Rule> {
  const services = namespaced ? 'own-namespace' : 'with-namespace';
  return fc
    .tuple(protocols, fc.constantFrom<Family>(4, 4, 6), fc.boolean())
    .chain(([{ ports, ...base }, drawn, says]) => {
      const family = familyOf(base) ?? drawn;
      const end = (isSource: boolean): fc.Arbitrary<EntityRule> => {
        const isPeer = isSource === (direction === 'Ingress');
        return entity({ family, ports, services: isPeer ? services : 'none', isSource, isPeer });
      };
      return fc
        .record({
          action: fc.constantFrom<Rule['action']>('Allow', 'Allow', 'Allow', 'Allow', 'Deny', 'Deny', 'Pass', 'Log'),
          source: end(true),
          destination: end(false),
        })
        .map((rule) => ({ ...base, ...rule, ...(says && drawn !== 4 ? { ipVersion: family } : {}) }));
    });
}

/** ICMP is of one IP version, and so are the networks beside it. */
function familyOf({ protocol, notProtocol }: Omit<Rule, 'action'>): Family | undefined {
  if (protocol === 'ICMP' || notProtocol === 'ICMP') return 4;
  return protocol === 'ICMPv6' ? 6 : undefined;
}
