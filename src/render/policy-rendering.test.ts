import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedPolicySettings } from '../../test/support/seed-policy.ts';
import { elementsOf } from '../nft/elements.ts';
import { allChanges } from '../policy/all-changes.ts';
import { PolicyCalculation } from '../policy/calculation.ts';
import { podChange, policyChange } from '../policy/policy-changes.ts';
import { emptyResources } from '../policy/testing/empty-resources.ts';
import { namespace, networkPolicy, networkSet, pod } from '../policy/testing/policy-case.ts';
import { renderPolicyTable } from './policy-rendering.ts';

const policyFor = (app: string, port: number) =>
  networkPolicy(`default/${app}`, {
    selector: `app == '${app}'`,
    types: ['Ingress'],
    ingress: [
      { action: 'Allow', protocol: 'TCP', source: { selector: "role == 'client'" }, destination: { ports: [port] } },
    ],
  });

function calculation(): PolicyCalculation {
  const result = new PolicyCalculation();
  result.apply([
    ...allChanges({
      ...emptyResources,
      namespaces: [namespace('default')],
      pods: [
        pod('default/web', { app: 'web' }, '10.24.1.1'),
        pod('default/db', { app: 'db' }, '10.24.1.2'),
        pod('default/client', { role: 'client' }, '10.24.2.1'),
      ],
      networkPolicies: [policyFor('web', 80), policyFor('db', 5432)],
    }),
    ...['web', 'db'].map((name) => {
      const endpoint = `default/${name}`;
      return { kind: 'local' as const, key: name, value: { device: `cali-${name}`, endpoint, name: endpoint } };
    }),
  ]);
  return result;
}

const render = (from: PolicyCalculation) => renderPolicyTable({ state: from.state(), settings: seedPolicySettings });

test('policy table: a pod elsewhere comes -> the same chains, and the elements that it brings', () => {
  const policy = calculation();
  const before = render(policy);
  policy.apply(podChange(pod('default/other', { role: 'client' }, '10.24.2.2')));
  const after = render(policy);
  assert.equal(after.chains, before.chains);
  const elements = (table: typeof before) => {
    const map = table.maps.find(({ name }) => name === 'rules-by-peer-port-4');
    assert.ok(map !== undefined && 'source' in map.elements);
    return map.elements;
  };
  const delta = elements(after).since(elements(before));
  assert.deepEqual(delta?.removed, []);
  assert.deepEqual(delta?.added.map(({ key }) => key.slice(1).join(' ')).sort(), [
    '10.24.2.2 6 5432',
    '10.24.2.2 6 80',
  ]);
});

test('policy table: a policy changes -> other chains of the pods that have it, the same ones of the others', () => {
  const policy = calculation();
  const before = new Set(render(policy).chains);
  policy.apply(policyChange('np', policyFor('web', 8080)));
  const kept = render(policy).chains.filter((chain) => before.has(chain));
  const names = kept.map(({ name }) => name);
  assert.ok(names.includes('cali-tw-cali-db') && names.includes('cali-pi-np/default/db/0'));
  assert.ok(names.some((name) => name.startsWith('cali-ti-default/')));
  assert.ok(!names.includes('cali-tw-cali-web'));
});

test('policy table: 700 network sets and 300 port lists -> fewer than 1,000 sets and maps', () => {
  const policy = new PolicyCalculation();
  const sets = Array.from({ length: 700 }, (_, i) =>
    networkSet(`default/s${i}`, { n: `${i}` }, [`10.${i % 200}.${i >> 8}.0/24`, `11.${i % 200}.${i >> 8}.0/24`]),
  );
  const ingress = sets.map((_, i) => ({
    action: 'Allow' as const,
    protocol: 'TCP',
    source: { selector: `n == '${i}'` },
    destination: { ports: Array.from({ length: i < 300 ? 6 : 1 }, (__, p) => `${1 + 1000 * p}:${50 + i + 1000 * p}`) },
  }));
  policy.apply([
    ...allChanges({
      ...emptyResources,
      namespaces: [namespace('default')],
      pods: [pod('default/web', { app: 'web' }, '10.24.1.1')],
      networkSets: sets,
      networkPolicies: [networkPolicy('default/all', { types: ['Ingress'], ingress })],
    }),
    { kind: 'local', key: 'web', value: { device: 'cali-web', endpoint: 'default/web', name: 'default/web' } },
  ]);
  const table = render(policy);
  assert.ok(table.sets.length + table.maps.length < 1000, `${table.sets.length} sets`);
  assert.equal(table.sets.filter(({ name }) => name.startsWith('nets-')).length, 400);
  assert.equal(table.sets.filter(({ name }) => name.startsWith('ports-')).length, 200);
});

test('policy table: a pod without walks that exist -> dropped', () => {
  const state = calculation().state();
  const [workload] = state.workloads;
  assert.ok(workload !== undefined);
  const broken = { ...state, workloads: [{ ...workload, ingress: 'gone' }] };
  const { chains, maps } = renderPolicyTable({ state: broken, settings: seedPolicySettings });
  const chain = chains.find(({ name }) => name === `cali-tw-${workload.device}`);
  assert.deepEqual(
    chain?.rules.map(({ action }) => action),
    ['goto cali-pri-none/drop'],
  );
  const dispatch = maps.find(({ name }) => name === 'dispatch-to-workload');
  assert.ok(dispatch !== undefined);
  assert.deepEqual(
    Array.from(elementsOf(dispatch), ({ key }) => key),
    [[workload.device]],
  );
});
