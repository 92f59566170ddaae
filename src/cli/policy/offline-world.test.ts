import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toWorkloadEndpoint } from '../../api/workload-endpoint.ts';
import { partiesOf } from '../../trace/party.ts';
import { policyMatrix } from '../../trace/policy-matrix.ts';
import { traceContext } from '../../trace/trace-context.ts';
import { withFiles, withoutFiles } from './changed-world.ts';
import { offlineWorld } from './offline-world.ts';
import { readPolicyFiles } from './read-policy-files.ts';

/** Files as on standard input, in namespace `d`. */
const read = (text: string) =>
  readPolicyFiles(
    ['-'],
    { readInput: () => Promise.resolve(text), err: () => {} },
    { recursive: false, namespace: 'd' },
  );
const worldOf = async (text: string) => offlineWorld(await read(text));

const template = (app: string, account = '') =>
  `{metadata: {labels: {app: ${app}}}, spec: {${account === '' ? '' : `serviceAccountName: ${account}, `}containers: [{name: c, image: i, ports: [{name: http, containerPort: 80}]}]}}`;
const workload = (apiVersion: string, kind: string, name: string, spec: string) =>
  `---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
const deployment = (name: string, app: string, account = '') =>
  workload('apps/v1', 'Deployment', name, `{replicas: 3, template: ${template(app, account)}}`);

describe('files as a cluster', () => {
  test('workloads of every kind: one pod each, with an owner, an address and an account', async () => {
    const job = `{jobTemplate: {spec: {template: ${template('e')}}}}`;
    const { resources } = await worldOf(
      [
        deployment('a', 'a', 'robot'),
        workload('apps/v1', 'StatefulSet', 'b', `{template: ${template('b')}}`),
        workload('apps/v1', 'DaemonSet', 'c', `{template: ${template('c')}}`),
        workload('batch/v1', 'Job', 'd', `{template: ${template('d')}}`),
        workload('batch/v1', 'CronJob', 'e', job),
      ].join(''),
    );
    assert.deepEqual(
      resources.pods.map(({ metadata: { name, namespace, labels } }) => [name, namespace, labels?.app].join(' ')),
      ['a d a', 'b d b', 'c d c', 'd d d', 'e d e'],
    );
    for (const pod of resources.pods) assert.equal(toWorkloadEndpoint(pod)?.spec.ipNetworks?.length, 1);
    assert.deepEqual(
      resources.serviceAccounts.map(({ metadata }) => metadata.name),
      ['robot', 'default'],
    );
  });

  test('addresses: the same whatever else is in the files', async () => {
    const addressOf = async (text: string) =>
      (await worldOf(text)).resources.pods.find(({ metadata }) => metadata.name === 'a')?.status?.podIP;
    assert.equal(await addressOf(deployment('a', 'a')), await addressOf(deployment('b', 'b') + deployment('a', 'a')));
  });

  test('namespaces: those that are in no file are assumed, and said; all are labelled with their names', async () => {
    const given = '---\napiVersion: v1\nkind: Namespace\nmetadata: {name: known, labels: {team: x}}\n';
    const { resources, assumptions } = await worldOf(given + deployment('a', 'a'));
    assert.deepEqual(
      resources.namespaces.map(({ metadata }) => metadata.labels),
      [{ team: 'x', 'kubernetes.io/metadata.name': 'known' }, { 'kubernetes.io/metadata.name': 'd' }],
    );
    assert.match(assumptions.join('\n'), /^Namespaces that are in no file .*: d$/m);
  });
});

describe('files as a cluster: what else it would have made', () => {
  test('Service without slices: one of the pods it selects, named ports resolved', async () => {
    const service = workload('v1', 'Service', 's', '{selector: {app: a}, ports: [{port: 8080, targetPort: http}]}');
    const { resources } = await worldOf(deployment('a', 'a') + deployment('b', 'b') + service);
    const [slice, ...others] = resources.endpointSlices;
    assert.equal(others.length, 0);
    assert.deepEqual(slice?.endpoints[0]?.addresses, [resources.pods[0]?.status?.podIP]);
    assert.deepEqual(slice?.ports, [{ protocol: 'TCP', port: 80 }]);
  });

  test('pods on the network of a node: have its address, and no endpoint', async () => {
    const { resources } = await worldOf(
      '---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {nodeName: n, hostNetwork: true, containers: []}\n',
    );
    const [node] = resources.nodes;
    assert.equal(resources.pods[0]?.status?.podIP, node?.status?.addresses?.[0]?.address);
  });

  test('tiers: those of every cluster are there; an object that stands twice is as it stands last', async () => {
    const tier = (order: number) => workload('projectcalico.org/v3', 'Tier', 't', `{order: ${order}}`);
    const { resources } = await worldOf(tier(1) + tier(2));
    assert.deepEqual(
      resources.tiers.map(({ metadata, spec }) => `${metadata.name} ${spec.order}`),
      ['t 2', 'kube-admin 1000', 'default 1000000', 'kube-baseline 10000000'],
    );
  });

  test('every mistake of every object is said, with its place', async () => {
    const bad = workload('projectcalico.org/v3', 'GlobalNetworkPolicy', 'x', '{selector: "a ="}');
    const worse = workload('projectcalico.org/v3', 'NetworkSet', 'y', '{nets: [1.2.3.4/33]}');
    await assert.rejects(read(bad + worse), (error: Error) => {
      const lines = error.message.split('\n');
      assert.equal(lines.length, 2, error.message);
      assert.match(lines[0] ?? '', /^-: document 1, line 5.*selector/i);
      assert.match(lines[1] ?? '', /^-: document 2, line \d+.*1\.2\.3\.4\/33/);
      return true;
    });
  });
});

describe('a change on top of a cluster', () => {
  test('Deployment: its pods get what the new template says; others are left alone', async () => {
    const { resources } = await worldOf(deployment('a', 'old') + deployment('b', 'b'));
    const changed = withFiles(resources, await read(deployment('a', 'new')));
    assert.deepEqual(changed.pods.map(({ metadata: { name, labels } }) => `${name} ${labels?.app}`).sort(), [
      'a new',
      'b b',
    ]);
    const address = (pods: typeof changed.pods) => pods.find(({ metadata }) => metadata.name === 'a')?.status?.podIP;
    assert.equal(address(changed.pods), address(resources.pods));
  });

  test('what was only assumed does not replace what is known', async () => {
    const namespace = '---\napiVersion: v1\nkind: Namespace\nmetadata: {name: d, labels: {team: x}}\n';
    const { resources } = await worldOf(namespace + deployment('a', 'a'));
    const changed = withFiles(resources, await read(deployment('b', 'b')));
    assert.equal(changed.namespaces.find(({ metadata }) => metadata.name === 'd')?.metadata.labels?.team, 'x');
  });

  test('deleted: the objects go, a Deployment with its pods', async () => {
    const { resources } = await worldOf(deployment('a', 'a') + deployment('b', 'b'));
    const changed = withoutFiles(resources, await read(deployment('a', 'a')));
    assert.deepEqual(
      changed.pods.map(({ metadata }) => metadata.name),
      ['b'],
    );
  });
});

describe('policy matrix: what is one row', () => {
  const pod = (name: string, owner: string, app: string) =>
    `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, labels: {app: ${app}, pod-template-hash: abc}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: ${owner}-abc, uid: x, controller: true}]}\nspec: {containers: []}\n`;
  const policy = workload('networking.k8s.io/v1', 'NetworkPolicy', 'p', '{podSelector: {matchLabels: {app: odd}}}');

  test('pods of one Deployment that are alike -> one row, its diagonal between two of them; an odd one -> its own', async () => {
    const text = [
      pod('a-1', 'a', 'a'),
      pod('a-2', 'a', 'a'),
      pod('a-3', 'a', 'odd'),
      pod('b-1', 'b', 'a'),
      policy,
    ].join('');
    const { resources } = await worldOf(text);
    const ports = [{ protocol: 6, port: 80 }];
    const { groups, cells } = policyMatrix(
      traceContext(resources),
      partiesOf(resources, () => true),
      ports,
    );
    assert.deepEqual(
      groups.map(({ name }) => name),
      ['d/a (2 pods)', 'd/a-3', 'd/b-1', 'external'],
    );
    assert.deepEqual(cells[0], [[undefined], ['ingress'], [undefined], [undefined]]);
    assert.equal(cells[1]?.[1], undefined);
  });
});
