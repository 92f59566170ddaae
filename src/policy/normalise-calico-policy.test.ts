import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EntityRule, GlobalPolicySpec, PolicySpec, Rule } from '../api/calico-policy.ts';
import { formatSelector } from '../selector/format-selector.ts';
import type { NormalPolicy, NormalRule } from './normal-policy.ts';
import { normalGlobalNetworkPolicy, normalNetworkPolicy } from './normalise-calico-policy.ts';
import type { Normalised } from './normalise-policy.ts';

const np = (spec: PolicySpec): Normalised =>
  normalNetworkPolicy({ metadata: { namespace: 'shop', name: 'web' }, spec });
const gnp = (spec: GlobalPolicySpec): Normalised => normalGlobalNetworkPolicy({ metadata: { name: 'all' }, spec });
const policyOf = ({ policy }: Normalised): NormalPolicy => policy ?? assert.fail('no policy');
const selectorOf = (normalised: Normalised): string => formatSelector(policyOf(normalised).selector);

function ruleOf(normalised: Normalised): NormalRule {
  const { ingress, egress } = policyOf(normalised);
  return [...ingress, ...egress][0] ?? assert.fail(`no rule: ${normalised.warnings.join()}`);
}

describe('policy selectors: -> scoped', () => {
  const ns = 'projectcalico.org/namespace';
  const cases: readonly (readonly [name: string, normalised: Normalised, selector: string])[] = [
    ['NetworkPolicy without a selector', np({}), `${ns} == "shop"`],
    ['NetworkPolicy with a selector', np({ selector: "a == 'b'" }), `(a == "b" && ${ns} == "shop")`],
    ['or stays together', np({ selector: 'has(a) || has(b)' }), `((has(a) || has(b)) && ${ns} == "shop")`],
    ['accounts', np({ serviceAccountSelector: 'has(r)' }), `(has(pcsa.r) && ${ns} == "shop")`],
    ['global without a selector', gnp({}), 'all()'],
    ['global, namespaces', gnp({ namespaceSelector: "a != 'b'" }), 'pcns.a != "b"'],
    ['global, any namespace', gnp({ selector: 'has(a)', namespaceSelector: 'all()' }), `(has(a) && has(${ns}))`],
    ['global, no namespace', gnp({ namespaceSelector: 'global()' }), `!has(${ns})`],
    ['global, any account', gnp({ serviceAccountSelector: 'all()' }), 'has(projectcalico.org/serviceaccount)'],
  ];
  for (const [name, normalised, selector] of cases) {
    test(`${name} -> ${selector}`, () => assert.equal(selectorOf(normalised), selector));
  }
});

describe('rule selectors: -> scoped', () => {
  const ns = 'projectcalico.org/namespace';
  const own = `${ns} == "shop"`;
  const cases: readonly (readonly [name: string, entity: EntityRule, inNamespace?: string, global?: string])[] = [
    ['nothing asked', {}],
    ['networks only', { nets: ['10.0.0.0/8'] }],
    ['accounts without a condition', { serviceAccounts: {} }],
    ['selector', { selector: 'has(a)' }, `(has(a) && ${own})`, 'has(a)'],
    ['selector all()', { selector: 'all()' }, own, 'all()'],
    ['notSelector alone', { notSelector: 'has(a)' }, own],
    ['namespaces', { namespaceSelector: 'has(a)' }, 'has(pcns.a)', 'has(pcns.a)'],
    [
      'selector in namespaces',
      { selector: 'has(a)', namespaceSelector: 'has(b)' },
      '(has(a) && has(pcns.b))',
      '(has(a) && has(pcns.b))',
    ],
    ['any namespace', { namespaceSelector: 'all()' }, `has(${ns})`, `has(${ns})`],
    ['no namespace', { namespaceSelector: 'global()' }, `!has(${ns})`, `!has(${ns})`],
    [
      'accounts by name',
      { serviceAccounts: { names: ['b', 'a', 'b'] } },
      `(projectcalico.org/serviceaccount in {"a", "b"} && ${own})`,
      'projectcalico.org/serviceaccount in {"a", "b"}',
    ],
    ['accounts by label', { serviceAccounts: { selector: 'has(a)' } }, `(has(pcsa.a) && ${own})`, 'has(pcsa.a)'],
  ];
  for (const [name, source, inNamespace, global] of cases) {
    test(`${name} -> ${inNamespace ?? 'anybody'}, cluster-wide ${global ?? 'anybody'}`, () => {
      const ingress: readonly Rule[] = [{ action: 'Allow', source }];
      const found = [np({ ingress }), gnp({ ingress })].map(ruleOf).map((rule) => rule.source.selector);
      assert.deepEqual(
        found.map((selector) => selector && formatSelector(selector)),
        [inNamespace, global],
      );
    });
  }
});

describe('rules: -> conditions', () => {
  const cases: readonly (readonly [name: string, rule: Partial<Rule>, normal: Partial<NormalRule>])[] = [
    ['protocol by name', { protocol: 'TCP' }, { protocol: 6 }],
    ['protocol by number', { protocol: 50 }, { protocol: 50 }],
    ['not a protocol', { notProtocol: 'UDPLite' }, { notProtocol: 136 }],
    ['ICMP message', { protocol: 'ICMP', icmp: { type: 8, code: 0 } }, { protocol: 1, icmp: { type: 8, code: 0 } }],
    ['not an ICMP message', { notICMP: { type: 8 } }, { notIcmp: { type: 8 } }],
    ['IP version', { ipVersion: 6 }, { family: 6 }],
    [
      'ports of all sorts',
      { protocol: 'TCP', destination: { ports: [80, '81', '90:99', 'web'] } },
      {
        protocol: 6,
        destination: {
          ports: [{ first: 80, last: 80 }, { first: 81, last: 81 }, { first: 90, last: 99 }, { name: 'web' }],
        },
      },
    ],
    [
      'named port without a protocol',
      { destination: { notPorts: ['web'] } },
      { destination: { notPorts: [{ name: 'web' }] } },
    ],
    [
      'networks of one family',
      { source: { nets: ['10.0.0.0/8'] } },
      { family: 4, source: { nets: ['10.0.0.0/8'] as never } },
    ],
    [
      'excluded networks of one family',
      { source: { notNets: ['fd00::/8'] } },
      { family: 6, source: { notNets: ['fd00::/8'] as never } },
    ],
    [
      'host bits and bare addresses',
      { source: { nets: ['10.1.2.3/8', '::1'] } },
      { source: { nets: ['10.0.0.0/8', '::1/128'] as never } },
    ],
    [
      'from a Service',
      { source: { services: { name: 'db' } } },
      { source: { service: { namespace: 'shop', name: 'db', withPorts: false } } },
    ],
  ];
  for (const [name, rule, normal] of cases) {
    test(name, () => {
      const normalised = np({ ingress: [{ action: 'Allow', ...rule }] });
      assert.deepEqual(ruleOf(normalised), { index: 0, action: 'Allow', source: {}, destination: {}, ...normal });
      assert.deepEqual(normalised.warnings, []);
    });
  }

  test('to a Service elsewhere: egress -> with its ports', () => {
    const egress: readonly Rule[] = [{ action: 'Allow', destination: { services: { namespace: 'db', name: 'sql' } } }];
    assert.deepEqual(ruleOf(gnp({ egress })).destination, {
      service: { namespace: 'db', name: 'sql', withPorts: true },
    });
  });

  test('networks of two families that exclude each other -> left out with a warning', () => {
    const nets = { source: { nets: ['10.0.0.0/8'] }, destination: { nets: ['fd00::/8'] } };
    const { policy, warnings } = np({ ingress: [{ action: 'Deny', ...nets }, { action: 'Allow' }] });
    assert.deepEqual(
      policy?.ingress.map(({ index }) => index),
      [1],
    );
    assert.match(warnings.join(), /Rule ingress\[0\] of NetworkPolicy "shop\/web" matches nothing/);
  });
});

describe('what cannot be read: -> closed, with the field named', () => {
  const cases: readonly (readonly [name: string, rule: Partial<Rule>, field: RegExp])[] = [
    ['selector', { source: { selector: 'a ==' } }, /ingress\[0\]\.source\.selector/],
    ['notSelector', { destination: { notSelector: '(' } }, /ingress\[0\]\.destination\.notSelector/],
    ['namespaceSelector', { source: { namespaceSelector: '!' } }, /ingress\[0\]\.source\.namespaceSelector/],
    ['account selector', { source: { serviceAccounts: { selector: '!' } } }, /source\.serviceAccounts\.selector/],
    ['network', { source: { nets: ['10.0.0.0/8', '10.0.0.0/33'] } }, /ingress\[0\]\.source\.nets\[1\]/],
    ['port', { protocol: 'TCP', destination: { ports: [70000] } }, /ingress\[0\]\.destination\.ports\[0\]/],
    ['range', { protocol: 'TCP', source: { ports: ['9:1'] } }, /ingress\[0\]\.source\.ports\[0\]/],
    ['port without a protocol', { destination: { ports: [80] } }, /destination\.ports.*TCP, UDP or SCTP needed/],
    ['port of ICMP', { protocol: 'ICMP', destination: { notPorts: [80] } }, /destination\.notPorts/],
    ['protocol', { protocol: 'tcp' }, /ingress\[0\]\.protocol.*"tcp" found/],
    ['ICMP of TCP', { protocol: 'TCP', icmp: { type: 8 } }, /ingress\[0\]\.icmp/],
    ['ICMP code alone', { protocol: 'ICMP', icmp: { code: 8 } }, /ingress\[0\]\.icmp\.code/],
    ['Service at the wrong end', { destination: { services: { name: 'a' } } }, /destination\.services/],
    ['Service without a name', { source: { services: {} } }, /source\.services\.name/],
    ['HTTP', { http: { methods: ['GET'] } }, /ingress\[0\]\.http/],
  ];
  const any = { source: {}, destination: {} };
  for (const [name, rule, field] of cases) {
    test(`${name}: Allow -> left out, Deny and Pass -> deny all, Log -> left out`, () => {
      const actions = ['Allow', 'Deny', 'Pass', 'Log'] as const;
      const found = actions.map((action) => np({ ingress: [{ action, ...rule }] }));
      assert.deepEqual(
        found.map(({ policy }) => policy?.ingress),
        [[], [{ index: 0, action: 'Deny', ...any }], [{ index: 0, action: 'Deny', ...any }], []],
      );
      for (const { warnings } of found) assert.match(warnings.join(), field);
    });
  }

  test('an action there is not -> deny all', () => {
    const { policy, warnings } = np({ ingress: [{ action: 'Permit' as 'Allow' }] });
    assert.deepEqual(policy?.ingress, [{ index: 0, action: 'Deny', ...any }]);
    assert.match(warnings.join(), /ingress\[0\]\.action.*"Permit" found/);
  });

  test('null where a rule is to be -> deny all, the next rule is read', () => {
    const { policy } = np({ ingress: [null as never, { action: 'Allow' }] });
    assert.deepEqual(
      policy?.ingress.map(({ action }) => action),
      ['Deny', 'Allow'],
    );
  });

  for (const key of ['selector', 'serviceAccountSelector', 'namespaceSelector'] as const) {
    test(`${key} of the policy -> isolates everything in scope, in the normal phase`, () => {
      const { policy, warnings } = gnp({ [key]: 'a ==', ingress: [{ action: 'Allow' }], doNotTrack: true });
      assert.deepEqual(
        [policy?.selector.kind, policy?.directions, policy?.ingress, policy?.untracked],
        ['all', ['ingress'], [], false],
      );
      assert.match(warnings.join(), new RegExp(`^Cannot read ${key} of GlobalNetworkPolicy "all": .*isolated`));
    });
  }

  test('selector of a namespaced policy -> isolates its namespace only', () => {
    assert.equal(selectorOf(np({ selector: '&&' })), 'projectcalico.org/namespace == "shop"');
  });
});

describe('policies: -> defaults', () => {
  test('nothing said -> tier default, last, ingress', () => {
    const { id, tier, order, directions } = policyOf(np({}));
    assert.deepEqual(
      [id, tier, order, directions],
      [{ kind: 'np', namespace: 'shop', name: 'web' }, 'default', Number.POSITIVE_INFINITY, ['ingress']],
    );
  });

  test('types: rules of another direction -> not read', () => {
    const { policy, warnings } = np({ types: ['Egress'], ingress: [{ action: 'Allow', source: { selector: '(' } }] });
    assert.deepEqual([policy?.directions, policy?.ingress, warnings], [['egress'], [], []]);
  });

  test('types that there are not -> both directions', () => {
    assert.deepEqual(policyOf(np({ types: ['Inbound' as 'Ingress'] })).directions, ['ingress', 'egress']);
  });

  for (const hook of ['doNotTrack', 'preDNAT'] as const) {
    test(`${hook} -> also for what is forwarded`, () => {
      assert.equal(policyOf(gnp({ [hook]: true })).applyOnForward, true);
    });
  }
});

describe('Log only: -> a warning for each direction', () => {
  test('all rules of a direction log', () => {
    const { warnings } = np({ ingress: [{ action: 'Log' }], egress: [{ action: 'Log' }, { action: 'Deny' }] });
    assert.equal(warnings.length, 1);
    assert.match(warnings.join(), /^NetworkPolicy "shop\/web": all ingress rules only log: .* isolated all the same/);
  });

  test('no rules at all -> nothing to say: it is meant to isolate', () => {
    assert.deepEqual(np({ types: ['Ingress', 'Egress'] }).warnings, []);
  });
});
