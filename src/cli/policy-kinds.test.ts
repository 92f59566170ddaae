import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startApiServer } from '../apiserver/server.ts';
import { type CliWorld, startCliWorld } from './testing/run-cli.ts';

let world: CliWorld;
before(async () => {
  world = await startCliWorld(startApiServer);
});
after(() => world.stop());

const clusterPolicy = (name: string, more = '') => `
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: ${name}}
spec:
  tier: Admin
  priority: 7
  subject: {namespaces: {}}
  ingress: [{action: Deny, from: [{namespaces: {matchLabels: {zone: dmz}}}]${more}}]
`;
const logOnly = `
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: watch, namespace: default}
spec: {ingress: [{action: Log}]}
`;
const warning =
  'Warning: NetworkPolicy "default/watch": all ingress rules only log: what the policy selects is isolated all the ' +
  'same; an Allow or Pass rule lets traffic through\n';

describe('policies of administrators', () => {
  test('ClusterNetworkPolicy: apply, get -> tier and priority', async () => {
    const made = await world.weft(['apply', '-f', '-'], { input: clusterPolicy('dmz') });
    assert.equal(made.err + made.out, "Successfully applied 1 'ClusterNetworkPolicy' resource(s)\n");
    const { out } = await world.weft(['get', 'clusternetworkpolicies']);
    assert.match(out, /^NAME +TIER +PRIORITY +AGE\ndmz +Admin +7 +\d+s\n$/);
    const { out: object } = await world.weft(['get', 'clusternetworkpolicy', 'dmz', '-o', 'jsonpath={.spec.priority}']);
    assert.equal(object, '7');
  });

  test('cnp -> Calico’s NetworkPolicy, which had the name before', async () => {
    const { out, err } = await world.weft(['get', 'cnp', '-o', 'name']);
    assert.equal(out.includes('dmz') || err.includes('not supported'), false, out + err);
  });

  test('validate without a cluster: -> checked, fields named', async () => {
    const right = await world.weft(['validate', '-f', '-'], { input: clusterPolicy('dmz') });
    assert.equal(right.err + right.out, "Successfully validated 1 'ClusterNetworkPolicy' resource(s)\n");
    const input = clusterPolicy('dmz', ', protocols: [{tcp: {destinationPort: {range: {start: 9, end: 1}}}}]');
    const wrong = await world.weft(['validate', '-f', '-'], { input });
    assert.equal(wrong.status, 1);
    assert.match(wrong.err, /Range\.Start = '9' \(start must be less than end\)/i);
  });
});

describe('policies that surprise', () => {
  for (const verb of ['validate', 'apply', 'replace']) {
    test(`${verb} Log only: -> done, with a warning`, async () => {
      const { status, err } = await world.weft([verb, '-f', '-'], { input: logOnly });
      assert.deepEqual([status, err], [0, warning]);
    });
  }

  test('a tier behind its policy in one file: -> both made', async () => {
    const input = `
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: late.one}
spec: {tier: late, ingress: [{action: Allow}]}
---
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: late}
spec: {order: 5}
`;
    const made = await world.weft(['apply', '-f', '-'], { input });
    assert.equal(made.err + made.out, 'Successfully applied 2 resource(s)\n');
  });

  test('a tier that nobody has made: -> refused, the field named', async () => {
    const input = logOnly.replace('{ingress: [{action: Log}]}', '{tier: nowhere}').replace('watch', 'lost');
    const { status, err } = await world.weft(['apply', '-f', '-'], { input });
    assert.equal(status, 1);
    assert.match(err, /spec\.tier.*the tier does not exist/i);
  });
});
