import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseCidr } from '../net/cidr.ts';
import { parseIp } from '../net/ip.ts';
import { matchSelector } from '../selector/match-selector.ts';
import { parseSelector } from '../selector/parse-selector.ts';
import type { Labels } from '../selector/selector.ts';
import { AddressLists } from './address-lists.ts';
import { type ListMember, memberKey } from './list-member.ts';
import type { ListSpec } from './list-spec.ts';
import type { PolicyChange, PolicyEndpoint, PolicyNetworkSet } from './policy-input.ts';

const seed = 20_261_121;

const selector = (text: string): ListSpec => ({ kind: 'selector', selector: parseSelector(text) });
const namedPort = (name: string, text?: string, protocol?: number): ListSpec => ({
  kind: 'named-port',
  name,
  ...(text === undefined ? {} : { selector: parseSelector(text) }),
  ...(protocol === undefined ? {} : { protocol }),
});
const service = (name: string, withPorts: boolean): ListSpec => ({ kind: 'service', namespace: 'a', name, withPorts });

const specs: readonly ListSpec[] = [
  selector('all()'),
  selector("app == 'web'"),
  selector("pcns.team in {'red', 'own'} && has(app)"),
  selector("pcns.team == 'red' && app != 'db'"),
  selector('!has(pcns.team)'),
  selector("pcsa.role == 'ops'"),
  namedPort('http'),
  namedPort('http', "app == 'web'", 6),
  namedPort('dns', 'has(pcns.team)', 17),
  service('s', true),
  service('s', false),
];

const ips = ['10.0.0.1', '10.0.0.2', '10.0.0.3', 'fd00::1', 'fd00::2'].map(parseIp);
const nets = ['10.0.0.0/24', '10.0.0.0/25', '10.0.0.2/32', 'fd00::/64', 'fd00::2/128', '0.0.0.0/0'].map(parseCidr);
const owner = {
  labels: fc.record(
    { app: fc.constantFrom('web', 'db'), 'pcns.team': fc.constant('own') },
    { requiredKeys: [], noNullPrototype: true },
  ),
  namespace: fc.constantFrom('a', 'b'),
  serviceAccount: fc.constantFrom('x', 'y'),
};
const endpoint: fc.Arbitrary<PolicyEndpoint> = fc.record(
  {
    ...owner,
    addresses: fc.array(fc.constantFrom(...ips), { maxLength: 3 }),
    ports: fc.array(
      fc.record({
        name: fc.constantFrom('http', 'dns'),
        protocol: fc.constantFrom(6, 17),
        port: fc.constantFrom(53, 80),
      }),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: ['labels', 'addresses', 'ports'], noNullPrototype: true },
);
const networkSet: fc.Arbitrary<PolicyNetworkSet> = fc.record(
  { labels: owner.labels, namespace: owner.namespace, nets: fc.array(fc.constantFrom(...nets), { maxLength: 4 }) },
  { requiredKeys: ['labels', 'nets'], noNullPrototype: true },
);
const backend = fc.record({
  address: fc.constantFrom(...ips),
  protocol: fc.constantFrom(6, 17),
  port: fc.constantFrom(53, 80),
});
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 4 });
const inherited = (labels: readonly Labels[]) => optional(fc.constantFrom(...labels).map((one) => ({ labels: one })));

const change: fc.Arbitrary<PolicyChange> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('endpoint'),
      // One key is a network set's as well: they are different things.
      key: fc.constantFrom('a/1', 'a/2', 'b/1', 'host/1'),
      value: optional(endpoint),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('network-set'),
      key: fc.constantFrom('a/1', 'global'),
      value: optional(networkSet),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('namespace'),
      key: owner.namespace,
      value: inherited([{ 'pcns.team': 'red' }, { 'pcns.team': 'blue' }, {}]),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('service-account'),
      key: fc.constantFrom('a/x', 'b/x', 'a/y'),
      value: inherited([{ 'pcsa.role': 'ops' }, {}]),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('service'),
      key: fc.constantFrom('a/s', 'a/t'),
      value: optional(fc.array(backend, { maxLength: 4 })),
    }),
  },
);

type Step = { readonly change: PolicyChange } | { readonly follow: number } | { readonly leave: number };

const number = fc.nat(specs.length - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ change }) },
  { weight: 2, arbitrary: fc.record({ follow: number }) },
  { weight: 1, arbitrary: fc.record({ leave: number }) },
);

/** Everything from scratch: what the lists are to be, by the plainest means. */
class Naive {
  readonly state = new Map<string, PolicyChange>();

  apply(one: PolicyChange): void {
    if (one.value === undefined) this.state.delete(`${one.kind} ${one.key}`);
    else this.state.set(`${one.kind} ${one.key}`, one);
  }

  labels(labels: Labels, namespace?: string, name?: string): Labels {
    if (namespace === undefined) return labels;
    const account = this.inherited(`service-account ${namespace}/${name}`);
    const { 'pcns.team': _, ...honest } = labels;
    return { ...account, ...this.inherited(`namespace ${namespace}`), ...honest };
  }

  inherited(key: string): Labels | undefined {
    const one = this.state.get(key);
    return one?.kind === 'namespace' || one?.kind === 'service-account' ? one.value?.labels : undefined;
  }

  labelsOf(key: string): Labels | undefined {
    const one = this.state.get(`endpoint ${key}`);
    if (one?.kind !== 'endpoint' || one.value === undefined) return undefined;
    const { labels, namespace, serviceAccount } = one.value;
    return this.labels(labels, namespace, serviceAccount);
  }

  members(spec: ListSpec): string[] {
    const comments = new Map<string, string | undefined>();
    for (const member of [...this.state.values()].flatMap((one) => this.given(one, spec))) {
      const { comment } = member;
      const earlier = comments.get(memberKey(member));
      const first = earlier !== undefined && comment !== undefined && earlier < comment ? earlier : comment;
      comments.set(memberKey(member), first);
    }
    return [...comments].map(([key, comment]) => `${key} of ${comment}`).sort();
  }

  given(one: PolicyChange, spec: ListSpec): ListMember[] {
    const comment = one.key;
    if (one.kind === 'service' && spec.kind === 'service') {
      if (one.key !== `${spec.namespace}/${spec.name}`) return [];
      return (one.value ?? []).map((to) => (spec.withPorts ? to : { address: to.address }));
    }
    if (spec.kind === 'service') return [];
    const select = spec.selector ?? parseSelector('');
    if (one.kind === 'endpoint') {
      if (!matchSelector(select, this.labelsOf(one.key) ?? {})) return [];
      const { addresses = [], ports = [] } = one.value ?? {};
      if (spec.kind === 'selector') return addresses.map((address) => ({ address, comment }));
      const named = ports.filter((p) => p.name === spec.name && [undefined, p.protocol].includes(spec.protocol));
      return named.flatMap(({ protocol, port }) => addresses.map((address) => ({ address, protocol, port, comment })));
    }
    if (one.kind === 'network-set' && one.value !== undefined && spec.kind === 'selector') {
      const { labels, namespace, nets: own } = one.value;
      if (!matchSelector(select, this.labels(labels, namespace))) return [];
      return own.map((net) => {
        const [ip = '', length] = net.split('/');
        return length === '32' || length === '128' ? { address: parseIp(ip), comment } : { net, comment };
      });
    }
    return [];
  }
}

/** Follows a list by what it is told alone. */
class Follower {
  readonly members = new Map<string, string | undefined>();

  added(member: ListMember): void {
    assert.ok(!this.members.has(memberKey(member)), `${memberKey(member)} added twice`);
    this.members.set(memberKey(member), member.comment);
  }

  removed(member: ListMember): void {
    const key = memberKey(member);
    assert.ok(this.members.has(key) && this.members.get(key) === member.comment, `${key} was not there to be removed`);
    this.members.delete(key);
  }

  texts(): string[] {
    return [...this.members].map(([key, comment]) => `${key} of ${comment}`).sort();
  }
}

const texts = (members: Iterable<ListMember>): string[] =>
  [...members].map((member) => `${memberKey(member)} of ${member.comment}`).sort();

describe('AddressLists', () => {
  test('any changes: after each -> lists as computed from scratch, and as told to those who follow', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const naive = new Naive();
        const labels = new Map<string, Labels | undefined>();
        const lists = new AddressLists((key) => labels.set(key, lists.labelsOf(key)));
        const followed = new Map<number, { follower: Follower; list: ReturnType<AddressLists['subscribe']> }>();
        for (const one of steps) {
          if ('change' in one) {
            naive.apply(one.change);
            lists.apply(one.change);
          } else if ('leave' in one) {
            followed.get(one.leave)?.list.close();
            followed.delete(one.leave);
          } else if (!followed.has(one.follow)) {
            const follower = new Follower();
            const list = lists.subscribe(specs[one.follow] ?? selector(''), follower);
            for (const member of list.members()) follower.added(member);
            followed.set(one.follow, { follower, list });
          }
          for (const [which, { follower, list }] of followed) {
            const expected = naive.members(specs[which] ?? selector(''));
            assert.deepEqual(follower.texts(), expected, list.comment);
            assert.deepEqual(texts(list.members()), expected, list.comment);
          }
          for (const key of ['a/1', 'a/2', 'b/1', 'host/1']) {
            assert.deepEqual(lists.labelsOf(key), naive.labelsOf(key));
            assert.deepEqual(labels.get(key), naive.labelsOf(key), 'as told');
          }
        }
      }),
      { seed, numRuns: 1_000 },
    );
  });
});

interface Case {
  readonly name: string;
  readonly spec: ListSpec;
  readonly given: readonly PolicyChange[];
  readonly changes: readonly PolicyChange[];
  readonly told: readonly string[];
}

const pod = (key: string, value: Partial<PolicyEndpoint>): PolicyChange => ({
  kind: 'endpoint',
  key,
  value: { labels: {}, namespace: 'a', addresses: [], ports: [], ...value },
});
const [one, two] = [parseIp('10.0.0.1'), parseIp('10.0.0.2')];
const web = { labels: { app: 'web' } };
const http = { name: 'http', protocol: 6, port: 80 };

const cases: readonly Case[] = [
  {
    name: 'shared address: the first of two by name leaves -> the other one is its comment',
    spec: selector("app == 'web'"),
    given: [pod('a/1', { ...web, addresses: [one] }), pod('a/2', { ...web, addresses: [one] })],
    changes: [{ kind: 'endpoint', key: 'a/1', value: undefined }],
    told: ['- 10.0.0.1 of a/1', '+ 10.0.0.1 of a/2'],
  },
  {
    name: 'shared address: the second leaves -> nothing',
    spec: selector("app == 'web'"),
    given: [pod('a/1', { ...web, addresses: [one] }), pod('a/2', { ...web, addresses: [one] })],
    changes: [pod('a/2', { ...web, addresses: [] })],
    told: [],
  },
  {
    name: 'shared address: two pods of one namespace match no more -> removed once',
    spec: selector("pcns.team == 'red'"),
    given: [
      { kind: 'namespace', key: 'a', value: { labels: { 'pcns.team': 'red' } } },
      pod('a/1', { ...web, addresses: [one] }),
      pod('a/2', { ...web, addresses: [one] }),
    ],
    changes: [{ kind: 'namespace', key: 'a', value: { labels: { 'pcns.team': 'blue' } } }],
    told: ['- 10.0.0.1 of a/1'],
  },
  {
    name: 'pod: other labels, addresses and order of addresses, still matching -> only the address that is new',
    spec: selector("app == 'web'"),
    given: [pod('a/1', { ...web, addresses: [one] })],
    changes: [pod('a/1', { labels: { app: 'web', x: 'y' }, addresses: [two, one, two] })],
    told: ['+ 10.0.0.2 of a/1'],
  },
  {
    name: 'network set: a network of one address -> an address, which a pod may have too',
    spec: selector('all()'),
    given: [pod('a/1', { addresses: [one] })],
    changes: [
      {
        kind: 'network-set',
        key: 'a/0',
        value: { labels: {}, namespace: 'a', nets: [parseCidr('10.0.0.1/32'), parseCidr('10.0.0.0/24')] },
      },
    ],
    told: ['- 10.0.0.1 of a/1', '+ 10.0.0.1 of a/0', '+ 10.0.0.0/24 of a/0'],
  },
  {
    name: 'named port: the number behind the name changes -> the old one goes, the new one comes',
    spec: namedPort('http', "app == 'web'"),
    given: [pod('a/1', { ...web, addresses: [one], ports: [http] })],
    changes: [pod('a/1', { ...web, addresses: [one], ports: [{ ...http, port: 81 }] })],
    told: ['- 10.0.0.1 6 80 of a/1', '+ 10.0.0.1 6 81 of a/1'],
  },
  {
    name: 'namespace: unknown at first -> its pods inherit from it once it is known',
    spec: selector("pcns.team == 'red' && pcsa.role == 'ops'"),
    given: [
      pod('a/1', { serviceAccount: 'x', addresses: [one] }),
      { kind: 'service-account', key: 'a/x', value: { labels: { 'pcsa.role': 'ops' } } },
    ],
    changes: [{ kind: 'namespace', key: 'a', value: { labels: { 'pcns.team': 'red' } } }],
    told: ['+ 10.0.0.1 of a/1'],
  },
  {
    name: 'service: two ports of one address, without ports -> one member, which stays with the second',
    spec: service('s', false),
    given: [],
    changes: [
      {
        kind: 'service',
        key: 'a/s',
        value: [
          { address: one, protocol: 6, port: 80 },
          { address: one, protocol: 17, port: 53 },
        ],
      },
      { kind: 'service', key: 'a/s', value: [{ address: one, protocol: 17, port: 53 }] },
      { kind: 'service', key: 'a/s', value: undefined },
    ],
    told: ['+ 10.0.0.1 of undefined', '- 10.0.0.1 of undefined'],
  },
];

describe('AddressLists, told', () => {
  for (const { name, spec, given, changes, told } of cases) {
    test(name, () => {
      const lists = new AddressLists();
      for (const each of given) lists.apply(each);
      const heard: string[] = [];
      lists.subscribe(spec, {
        added: (member) => heard.push(`+ ${texts([member])}`),
        removed: (member) => heard.push(`- ${texts([member])}`),
      });
      for (const each of changes) lists.apply(each);
      assert.deepEqual(heard, told);
    });
  }

  test('endpoint: given -> the same back, own labels only', () => {
    const lists = new AddressLists();
    lists.apply({ kind: 'namespace', key: 'a', value: { labels: { 'pcns.team': 'red' } } });
    const value = {
      labels: { app: 'web', 'projectcalico.org/namespace': 'a' },
      namespace: 'a',
      serviceAccount: 'x',
      addresses: [one],
      ports: [http],
    };
    lists.apply({ kind: 'endpoint', key: 'a/1', value });
    assert.deepEqual(lists.endpoint('a/1'), value);
    assert.deepEqual(lists.labelsOf('a/1'), { ...value.labels, 'pcns.team': 'red' });
  });
});
