import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseIp } from '../net/ip.ts';
import { PolicyCalculation } from './calculation.ts';
import type { NormalPolicy } from './normal-policy.ts';
import type { PolicyChange } from './policy-input.ts';
import type { FoldStep, PolicyState, Step, Walk } from './policy-state.ts';
import { runWalk } from './run-program.ts';
import { formatVerdict } from './testing/format-verdict.ts';
import {
  entity,
  localChange,
  namespaceChange,
  networkSetChange,
  podChange,
  policy,
  policyChange,
  rule,
} from './testing/normal-cases.ts';
import { packet } from './testing/policy-case.ts';

const web = podChange('a/web', { app: 'web' }, ['10.0.0.1', 'fd00::1'], [{ name: 'http', protocol: 6, port: 80 }]);
const peer = podChange('a/peer', { app: 'peer' }, ['10.0.0.2', 'fd00::2']);
const cluster: readonly PolicyChange[] = [
  namespaceChange('a', { 'pcns.team': 'red' }),
  web,
  peer,
  localChange('cali1', 'a/web'),
];

const tier = (name: string, order: number, defaultAction: 'Deny' | 'Pass' = 'Deny'): PolicyChange => ({
  kind: 'tier',
  key: name,
  value: { name, order, defaultAction },
});

function calculated(...changes: readonly PolicyChange[]): PolicyCalculation {
  const calculation = new PolicyCalculation();
  calculation.apply([...cluster, ...changes]);
  return calculation;
}

function walkOf(state: PolicyState, direction: 'ingress' | 'egress' = 'ingress'): Walk {
  const walk = state.walks.get(state.workloads[0]?.[direction] ?? '');
  assert.ok(walk);
  return walk;
}

const stepsOf = (state: PolicyState): readonly Step[] => walkOf(state).tiers.flatMap(({ steps }) => steps);
const foldOf = (state: PolicyState): FoldStep => stepsOf(state).find((step) => step.kind === 'fold') as FoldStep;

const fromPeer = entity({ selector: "app == 'peer'" });
const tcp = { protocol: 6 };
const allowPeer = rule('Allow', { source: fromPeer });
const packetFromPeer = packet('10.0.0.2 > 10.0.0.1 TCP 80');

const verdicts: readonly (readonly [string, readonly PolicyChange[], string])[] = [
  ['no policy -> the profile allows', [], 'allowed by kns.a'],
  [
    'a policy that selects others -> the profile allows',
    [policyChange(policy('np/a/x', { selector: { kind: 'not', operand: { kind: 'all' } } }))],
    'allowed by kns.a',
  ],
  [
    'a policy for the other direction only -> the profile allows',
    [policyChange(policy('np/a/x', { directions: ['egress'] }))],
    'allowed by kns.a',
  ],
  [
    'a policy without rules -> dropped at the end of the tier',
    [policyChange(policy('np/a/x'))],
    'denied by end of default (np/a/x)',
  ],
  ['Allow rule -> allowed', [policyChange(policy('np/a/x', { ingress: [allowPeer] }))], 'allowed by np/a/x ingress 0'],
  [
    'Deny of a smaller order -> denied',
    [
      policyChange(policy('np/a/x', { ingress: [allowPeer] })),
      policyChange(policy('np/a/y', { order: 1, ingress: [rule('Deny')] })),
    ],
    'denied by np/a/y ingress 0',
  ],
  [
    'Deny of a larger order -> allowed',
    [
      policyChange(policy('np/a/x', { ingress: [allowPeer] })),
      policyChange(policy('np/a/y', { order: 2000, ingress: [rule('Deny')] })),
    ],
    'allowed by np/a/x ingress 0',
  ],
  [
    'Log -> noted, and on',
    [policyChange(policy('np/a/x', { ingress: [rule('Log', tcp), allowPeer] }))],
    'allowed by np/a/x ingress 1, logged by np/a/x ingress 0',
  ],
  [
    'Pass of an early tier -> the next tier decides',
    [
      tier('first', 1),
      policyChange(policy('gnp/p', { tier: 'first', ingress: [rule('Pass')] })),
      policyChange(policy('np/a/x', { ingress: [allowPeer] })),
    ],
    'allowed by np/a/x ingress 0',
  ],
  [
    'Pass of the last tier -> the profile allows',
    [policyChange(policy('np/a/x', { ingress: [rule('Pass', tcp)] }))],
    'allowed by kns.a',
  ],
  [
    'end of an early tier that denies -> dropped there',
    [
      tier('first', 1),
      policyChange(policy('gnp/p', { tier: 'first' })),
      policyChange(policy('np/a/x', { ingress: [allowPeer] })),
    ],
    'denied by end of first (gnp/p)',
  ],
  [
    'end of an early tier that passes -> the next tier decides',
    [
      tier('first', 1, 'Pass'),
      policyChange(policy('gnp/p', { tier: 'first', ingress: [rule('Deny', { protocol: 17 })] })),
      policyChange(policy('np/a/x', { ingress: [allowPeer] })),
    ],
    'allowed by np/a/x ingress 0',
  ],
  [
    'a tier that does not exist -> last, and drops',
    [policyChange(policy('gnp/p', { tier: 'missing' })), policyChange(policy('np/a/x', { ingress: [rule('Pass')] }))],
    'denied by end of missing (gnp/p)',
  ],
  [
    'a built-in tier without an object -> passes at its end',
    [policyChange(policy('kcnp/p', { tier: 'kube-admin' }))],
    'allowed by kns.a',
  ],
  [
    'an untracked policy -> not for pods',
    [policyChange(policy('gnp/p', { untracked: true, applyOnForward: true }))],
    'allowed by kns.a',
  ],
  ['the namespace is unknown -> dropped', [{ kind: 'namespace', key: 'a', value: undefined }], 'denied by no-profile'],
  ['the pod is unknown -> dropped', [{ kind: 'endpoint', key: 'a/web', value: undefined }], 'denied by no-profile'],
  [
    'no pod at all -> allowed',
    [{ kind: 'local', key: 'cali1', value: { device: 'cali1', name: 'thing' } }, policyChange(policy('gnp/p'))],
    'allowed by projectcalico-default-allow',
  ],
];

describe('calculation: verdicts', () => {
  for (const [name, changes, expected] of verdicts) {
    test(name, () => {
      const state = calculated(...changes).state();
      assert.equal(formatVerdict(runWalk(state, walkOf(state).key, packetFromPeer)), expected);
    });
  }
});

describe('calculation: folds', () => {
  test('rules of two policies with one action -> one fold, in order', () => {
    const state = calculated(
      policyChange(
        policy('np/a/x', {
          order: 1,
          ingress: [allowPeer, rule('Allow', { ...tcp, destination: entity({ ports: [80] }) })],
        }),
      ),
      policyChange(
        policy('np/a/y', {
          order: 2,
          ingress: [rule('Allow', { ...tcp, source: fromPeer, destination: entity({ ports: [81] }) })],
        }),
      ),
    ).state();
    assert.equal(stepsOf(state).length, 1);
    assert.deepEqual(foldOf(state).lookups, ['peer-port', 'peer', 'port']);
    assert.deepEqual(
      foldOf(state).rules.map(({ key }) => key),
      ['np/a/x/ingress/0', 'np/a/x/ingress/1', 'np/a/y/ingress/0'],
    );
  });

  test('Log between, another action between -> a fold before and one after', () => {
    for (const between of [rule('Log'), rule('Deny', { protocol: 17 })]) {
      const ingress = [allowPeer, between, rule('Allow', { source: entity({ selector: 'has(x)' }) })];
      assert.deepEqual(
        stepsOf(calculated(policyChange(policy('np/a/x', { ingress }))).state()).map(({ kind }) => kind),
        ['fold', 'rule', 'fold'],
      );
    }
  });

  test('equal rule steps in a run -> the first only', () => {
    const ingress = [rule('Allow', tcp), rule('Allow', tcp), rule('Deny', { protocol: 17 }), rule('Allow', tcp)];
    const steps = stepsOf(calculated(policyChange(policy('np/a/x', { ingress }))).state());
    assert.deepEqual(
      steps.map((step) => step.kind === 'rule' && step.rule.index),
      [0, 2, 3],
    );
  });

  test('two rules want one entry -> the first has it; when it no longer does, the second', () => {
    const ingress = [rule('Allow', { source: entity({ selector: 'has(gold)' }) }), allowPeer];
    const calculation = calculated(policyChange(policy('np/a/x', { ingress })));
    const owner = () => {
      const [entry] = [...calculation.state().collections.peers[4].values()];
      return entry?.rule.index;
    };
    assert.equal(owner(), 1);
    calculation.apply([podChange('a/peer', { app: 'peer', gold: '' }, ['10.0.0.2', 'fd00::2'])]);
    assert.equal(owner(), 0);
    calculation.apply([peer]);
    assert.equal(owner(), 1);
    calculation.apply([{ ...peer, value: undefined } as PolicyChange]);
    assert.equal(owner(), undefined);
  });
});

describe('calculation: lists', () => {
  test('a list with more than 256 addresses -> looked up as a list, short again at half of that', () => {
    const pods = (count: number) =>
      Array.from({ length: count }, (_, i) => podChange(`a/p${i}`, { app: 'peer' }, [`10.1.${i >> 8}.${i & 255}`]));
    const calculation = calculated(policyChange(policy('np/a/x', { ingress: [allowPeer] })));
    const kinds = () => stepsOf(calculation.state()).map(({ kind }) => kind);
    calculation.apply(pods(254));
    assert.deepEqual(kinds(), ['fold']);
    calculation.apply(pods(255));
    assert.deepEqual(kinds(), ['rule']);
    const { addresses, peers } = calculation.state().collections;
    assert.deepEqual([addresses[4].size, peers[4].size], [256, 0]);
    const gone = (from: number) =>
      pods(255)
        .slice(from)
        .map((change) => ({ ...change, value: undefined }) as PolicyChange);
    calculation.apply(gone(127));
    assert.deepEqual(kinds(), ['rule']);
    calculation.apply(gone(126));
    assert.deepEqual(kinds(), ['fold']);
  });

  test('the first network of a list -> one more step, and away with the last', () => {
    const calculation = calculated(policyChange(policy('np/a/x', { ingress: [allowPeer] })));
    const before = walkOf(calculation.state());
    calculation.apply([networkSetChange('n', { app: 'peer' }, ['192.0.2.0/24', '192.0.2.128/25'])]);
    const state = calculation.state();
    assert.deepEqual(
      stepsOf(state).map(({ kind }) => kind),
      ['fold', 'rule'],
    );
    assert.deepEqual(
      [...state.networks.values()].map(({ comment, nets }) => [comment, [...nets[4].values()], nets[6].size]),
      [['app == "peer"', ['192.0.2.0/24'], 0]],
    );
    calculation.apply([{ kind: 'network-set', key: 'n', value: undefined }]);
    assert.deepEqual(walkOf(calculation.state()), before);
    assert.equal(calculation.state().networks.size, 0);
  });
});

const two = [podChange('a/db', { app: 'db' }, ['10.0.0.3']), localChange('cali2', 'a/db')];
const forWeb = policyChange(
  policy('np/a/web', { selector: { kind: 'equal', label: 'app', value: 'web' }, ingress: [allowPeer] }),
);

describe('calculation: what pods share', () => {
  test('two pods with the same policies -> one walk', () => {
    const { workloads } = calculated(...two, policyChange(policy('gnp/all', { ingress: [allowPeer] }))).state();
    assert.equal(workloads[0]?.ingress, workloads[1]?.ingress);
  });

  test('two pods with different ports of one name -> two walks, unless no rule names it', () => {
    const other = podChange('a/db', { app: 'db' }, ['10.0.0.3'], [{ name: 'http', protocol: 6, port: 81 }]);
    const named = rule('Allow', { ...tcp, destination: entity({ ports: ['http'] }) });
    const walks = (ingress: NormalPolicy['ingress']) => {
      const { workloads } = calculated(...two, other, policyChange(policy('gnp/all', { ingress }))).state();
      return new Set(workloads.map((one) => one.ingress)).size;
    };
    assert.equal(walks([named]), 2);
    assert.equal(walks([allowPeer]), 1);
  });
});

describe('calculation: what a change touches', () => {
  test('a pod elsewhere joins -> elements only, all else is the same object', () => {
    const calculation = calculated(...two, forWeb);
    const before = calculation.state();
    calculation.apply([podChange('a/peer2', { app: 'peer' }, ['10.0.0.9'])]);
    const after = calculation.state();
    assert.equal(after.walks, before.walks);
    assert.equal(after.workloads, before.workloads);
    assert.equal(after.networks, before.networks);
    assert.equal(after.warnings, before.warnings);
    assert.deepEqual(
      after.collections.peers[4].since(before.collections.peers[4])?.added.map(({ peer: address }) => address),
      ['10.0.0.9'],
    );
    assert.equal(after.collections.peers[6], before.collections.peers[6]);
  });

  test('a policy of one pod -> the walk of the other stays', () => {
    const calculation = calculated(
      ...two,
      forWeb,
      policyChange(policy('np/a/db', { selector: { kind: 'equal', label: 'app', value: 'db' } })),
    );
    const before = calculation.state();
    calculation.apply([
      policyChange(
        policy('np/a/web', { selector: { kind: 'equal', label: 'app', value: 'web' }, ingress: [rule('Deny')] }),
      ),
    ]);
    const after = calculation.state();
    const same = [0, 1].map(
      (i) =>
        after.walks.get(after.workloads[i]?.ingress ?? '') === before.walks.get(before.workloads[i]?.ingress ?? ''),
    );
    assert.deepEqual(same, [false, true]);
  });

  test('two pods on one device -> the one given last', () => {
    const later: PolicyChange = {
      kind: 'local',
      key: 'new',
      value: { device: 'cali1', endpoint: 'a/db', name: 'a/db' },
    };
    const calculation = calculated(...two, later);
    const names = () => calculation.state().workloads.map(({ device, name }) => `${device} ${name}`);
    assert.deepEqual(names(), ['cali1 a/db', 'cali2 a/db']);
    calculation.apply([{ ...later, value: undefined }]);
    assert.deepEqual(names(), ['cali1 a/web', 'cali2 a/db']);
  });

  test('a change that changes nothing -> the same state', () => {
    const calculation = calculated(...two, forWeb);
    const before = calculation.state();
    calculation.apply([...cluster, ...two, forWeb]);
    calculation.apply([
      podChange('b/elsewhere', { app: 'none' }, ['10.9.0.1']),
      policyChange(policy('np/b/x', { selector: { kind: 'has', label: 'nobody' } })),
    ]);
    assert.equal(calculation.state(), before);
  });

  test('rules are the same objects after a change of another rule of their policy', () => {
    const calculation = calculated(policyChange(policy('np/a/x', { ingress: [allowPeer] })));
    const before = foldOf(calculation.state()).rules[0];
    calculation.apply([policyChange(policy('np/a/x', { ingress: [allowPeer, rule('Deny')] }))]);
    assert.equal(foldOf(calculation.state()).rules[0], before);
  });
});

const host: readonly PolicyChange[] = [
  {
    kind: 'endpoint',
    key: 'host/h',
    value: { labels: { role: 'host' }, addresses: [parseIp('172.16.0.1')], ports: [] },
  },
  {
    kind: 'local-host',
    key: 'h',
    value: { endpoint: 'host/h', name: 'h', devices: ['eth0'], profiles: [] },
  },
];
const both = { directions: ['ingress', 'egress'] as const };
const hostPhases: readonly (readonly [string, readonly PolicyChange[], readonly string[]])[] = [
  ['no policy -> normal walks only', [], ['egress', 'ingress']],
  ['a policy -> normal walks only', [policyChange(policy('gnp/p', both))], ['egress', 'ingress']],
  [
    'applyOnForward -> forward walks, too',
    [policyChange(policy('gnp/p', { ...both, applyOnForward: true }))],
    ['egress', 'forwardEgress', 'forwardIngress', 'ingress'],
  ],
  [
    'preDNAT -> before, and not in the others',
    [policyChange(policy('gnp/p', { preDnat: true, applyOnForward: true }))],
    ['egress', 'ingress', 'preDnat'],
  ],
  [
    'untracked -> before, and not in the others',
    [policyChange(policy('gnp/p', { ...both, untracked: true, applyOnForward: true }))],
    ['egress', 'ingress', 'untrackedEgress', 'untrackedIngress'],
  ],
];

const hostEnds: readonly (readonly [string, string, Partial<NormalPolicy>, string | undefined, string])[] = [
  ['no policy of the phase, no profile -> dropped', 'ingress', { preDnat: true }, undefined, 'denied by no-profile'],
  [
    'no policy of the phase, a profile -> allowed',
    'ingress',
    { preDnat: true },
    'projectcalico-default-allow',
    'allowed by projectcalico-default-allow',
  ],
  ['the profile of a namespace -> allowed', 'ingress', { preDnat: true }, 'kns.a', 'allowed by kns.a'],
  ['the profile of no namespace -> dropped', 'ingress', { preDnat: true }, 'kns.gone', 'denied by no-profile'],
  [
    'forwarded, undecided -> dropped at the end of the tier',
    'forwardIngress',
    { applyOnForward: true },
    undefined,
    'denied by end of default (gnp/p)',
  ],
  [
    'forwarded, passed -> goes on',
    'forwardIngress',
    { applyOnForward: true, ingress: [rule('Pass')] },
    undefined,
    'allowed by no-policy',
  ],
  ['before NAT, undecided -> goes on', 'preDnat', { preDnat: true }, undefined, 'allowed by no-policy'],
  ['before tracking, undecided -> goes on', 'untrackedIngress', { untracked: true }, undefined, 'allowed by no-policy'],
  [
    'before tracking, denied -> denied',
    'untrackedIngress',
    { untracked: true, ingress: [rule('Deny')] },
    undefined,
    'denied by gnp/p ingress 0',
  ],
];

describe('calculation: host endpoints', () => {
  for (const [name, changes, expected] of hostPhases) {
    test(name, () => {
      const {
        name: _,
        devices,
        ...walks
      } = calculated(...host, ...changes).state().hostEndpoints[0] ?? { name: '', devices: [] };
      assert.deepEqual(devices, ['eth0']);
      assert.deepEqual(Object.keys(walks).sort(), expected);
    });
  }

  for (const [name, slot, fields, profile, expected] of hostEnds) {
    test(name, () => {
      const local: PolicyChange = {
        kind: 'local-host',
        key: 'h',
        value: { endpoint: 'host/h', name: 'h', devices: '*', profiles: profile === undefined ? [] : [profile] },
      };
      const state = calculated(...host, local, policyChange(policy('gnp/p', fields))).state();
      const walks = state.hostEndpoints[0] as unknown as Readonly<Record<string, string>>;
      assert.equal(formatVerdict(runWalk(state, walks[slot] ?? '', packetFromPeer)), expected);
    });
  }
});

describe('calculation: limits', () => {
  test('ids run out -> the pod is cut off, with a warning; as soon as there are some again it is not', () => {
    const calculation = new PolicyCalculation(1);
    const list = policyChange(
      policy('np/a/x', { ingress: [rule('Allow', { source: entity({ notSelector: 'has(x)' }) })] }),
    );
    calculation.apply([...cluster, list]);
    assert.equal(walkOf(calculation.state()).tiers.length, 1);
    const more = policyChange(policy('np/a/y', { ingress: [allowPeer] }));
    calculation.apply([more]);
    const state = calculation.state();
    assert.equal(formatVerdict(runWalk(state, walkOf(state).key, packetFromPeer)), 'denied by no-profile');
    assert.match(state.warnings.join(), /Cannot compile the policies of a\/web: all ids .* taken/);
    calculation.apply([{ ...more, value: undefined } as PolicyChange]);
    assert.equal(walkOf(calculation.state()).tiers.length, 1);
    assert.deepEqual(calculation.state().warnings, []);
  });

  test('more than 1,000 rules -> a warning', () => {
    const ingress = Array.from({ length: 1001 }, () => rule('Allow', tcp));
    assert.match(
      calculated(policyChange(policy('np/a/x', { ingress })))
        .state()
        .warnings.join(),
      /NetworkPolicy a\/x: 1001 ingress rules/,
    );
  });

  test('a tier that does not exist -> a warning, until it does or nobody has the policy', () => {
    const calculation = calculated(policyChange(policy('np/a/x', { tier: 'nope' })));
    assert.match(calculation.state().warnings.join(), /NetworkPolicy a\/x: tier "nope" does not exist/);
    calculation.apply([tier('nope', 1)]);
    assert.deepEqual(calculation.state().warnings, []);
    calculation.apply([{ kind: 'tier', key: 'nope', value: undefined }]);
    assert.equal(calculation.state().warnings.length, 1);
    calculation.apply([{ kind: 'local', key: 'cali1', value: undefined }]);
    assert.deepEqual(calculation.state().warnings, []);
  });
});
