import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startApiServer } from '../../apiserver/server.ts';
import { type CliWorld, runCli, startCliWorld } from '../testing/run-cli.ts';

const cluster = fileURLToPath(new URL('../why/testdata/cluster', import.meta.url));
const golden = fileURLToPath(new URL('testdata/policy.txt', import.meta.url));

const denyWeb = `apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: {selector: app == 'web', types: [Ingress]}
`;
const openData = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: open, namespace: data}
spec: {podSelector: {matchLabels: {app: cache}}, ingress: [{ports: [{port: 6379}]}]}
`;
const newApp = `apiVersion: apps/v1
kind: Deployment
metadata: {name: batch, namespace: shop}
spec: {template: {metadata: {labels: {app: api}}, spec: {containers: [{name: c, image: c}]}}}
`;

/** Command lines, and what they read from standard input. */
const lines: readonly (readonly [string, string?])[] = [
  [`policy matrix -f CLUSTER --port 80,5432,udp/53`],
  ['policy matrix -f CLUSTER --port 80 -n shop -o wide'],
  ['policy matrix -f CLUSTER --protocol icmp -n data'],
  ['policy preview -f - --from CLUSTER --fail-on-loss --port 80,81', denyWeb],
  ['policy preview -f - --from CLUSTER --fail-on-loss', openData],
  ['policy preview -f - --from CLUSTER --delete -n data --port 6379,5432', openData.replace('open', 'default-deny')],
  ['policy preview -f - --from CLUSTER --port 80', newApp],
  ['policy preview --from CLUSTER --port 80'],
];

const weft = (line: string, input = '') => runCli(line.replaceAll('CLUSTER', cluster).split(' '), { input });

test('policy matrix, preview: as in testdata/policy.txt (UPDATE_GOLDEN=1 rewrites it)', async () => {
  let text = '';
  for (const [line, input] of lines) {
    const { out, err, status } = await weft(line, input);
    text += `$ weft ${line}\n${input === undefined ? '' : `< ${input.trimEnd().replaceAll('\n', '\n< ')}\n`}`;
    text += `${out}${err}exit status ${status}\n\n`;
  }
  if (process.env.UPDATE_GOLDEN !== undefined) writeFileSync(golden, text);
  assert.equal(text, readFileSync(golden, 'utf8'));
});

describe('policy: for programs', () => {
  test('matrix -o json: one connection for each pair and port', async () => {
    const { groups, ports, connections } = JSON.parse((await weft('policy matrix -f CLUSTER --port 80 -o json')).out);
    assert.deepEqual(ports, [{ protocol: 'TCP', port: 80 }]);
    assert.equal(connections.length, groups.length * (groups.length - 1));
    const cell = connections.find(
      (one: { from: string; to: string }) => one.from === 'external' && one.to === 'data/db',
    );
    assert.deepEqual(cell, {
      allowed: false,
      deniedBy: 'ingress',
      from: 'external',
      port: 80,
      protocol: 'TCP',
      to: 'data/db',
    });
  });

  test('preview -o json: counts, and every connection', async () => {
    const { out, status } = await weft('policy preview -f - --from CLUSTER --port 80 -o json', denyWeb);
    const { lost, gained, asked, connections } = JSON.parse(out);
    assert.deepEqual([status, lost, gained, connections.length], [0, 2, 0, 2]);
    assert.ok(asked > 20);
    assert.deepEqual(Object.keys(connections[0]).sort(), [
      'after',
      'before',
      'change',
      'from',
      'port',
      'protocol',
      'to',
    ]);
  });

  test('chains: from the hook over dispatch, pod and tiers to the rule', async () => {
    const { out } = await weft('policy chains web-1 -n shop --direction ingress -f CLUSTER');
    const hops = [
      'filter-forward',
      'cali-to-wl-dispatch',
      '  oifname vmap @dispatch-to-workload',
      'cali-tw-cali',
      '  goto cali-ti-platform/',
      'cali-ti-platform/',
      'cali-ti-default/',
      '    10.24.1.2 . 6 . 80 : goto cali-pi-np/shop/web/1',
      'cali-pi-np/shop/web/1',
    ];
    let from = 0;
    for (const hop of hops) {
      const at = out.indexOf(`\n${hop}`, from);
      assert.ok(at >= 0, `${hop} in its place:\n${out}`);
      from = at;
    }
    assert.doesNotMatch(out, /Egress/);
  });

  test('chains -o json: chains in order', async () => {
    const { walks, device } = JSON.parse((await weft('policy chains web-1 -n shop -f CLUSTER -o json')).out);
    assert.deepEqual(
      walks.map((walk: { direction: string }) => walk.direction),
      ['ingress', 'egress'],
    );
    assert.equal(walks[0].chains[0].name, `cali-tw-${device}`);
  });
});

describe('policy: what is refused', () => {
  const cases: readonly (readonly [string, string, number, RegExp])[] = [
    ['policy matrix -f CLUSTER -n shop -A', '', 2, /Cannot use -n and -A together/],
    ['policy matrix -f CLUSTER --port http', '', 2, /Cannot read port "http"/],
    ['policy matrix -f CLUSTER --port 80 --protocol icmp', '', 2, /ICMP: it has no ports/],
    ['policy matrix -f /nowhere', '', 1, /no such file/],
    ['policy chains -f CLUSTER', '', 2, /POD needed/],
    ['policy chains external -f CLUSTER', '', 1, /not a pod with a network of its own/],
    ['policy chains shop/web-1 -f CLUSTER --direction up', '', 2, /Unknown direction "up"/],
    ['policy preview --from CLUSTER --delete', '', 2, /-f FILE needed/],
    [
      'policy preview --from CLUSTER -f -',
      denyWeb.replace("app == 'web'", 'app ==').replace('[Ingress]', '[In]'),
      1,
      /-: document 1: .*\n.*line 4.*Selector[\s\S]*line 4.*types/i,
    ],
    [
      'policy preview --from CLUSTER -f -',
      denyWeb.replace('NetworkPolicy', 'NetworkPolice'),
      1,
      /line 2.*NetworkPolice/,
    ],
    ['policy preview --from CLUSTER -f -', openData.replace('6379', '70000'), 1, /spec.ingress\[0\].ports\[0\].port/],
    ['policy preview --from CLUSTER -f -', openData.replace('v1\n', 'v1beta1\n'), 1, /networking.k8s.io\/v1beta1/],
  ];
  for (const [line, input, status, message] of cases) {
    test(`${line}: -> status ${status}, ${message}`, async () => {
      const result = await weft(line, input);
      assert.match(result.err, message);
      assert.equal(result.status, status);
    });
  }
});

describe('policy: of a cluster', () => {
  let world: CliWorld;
  before(async () => {
    world = await startCliWorld(startApiServer);
    const { err, status } = await world.weft(['apply', '-f', `${cluster}/pods.yaml`, '-f', `${cluster}/policies.yaml`]);
    assert.equal(status, 0, err);
    for (const [name, namespace, podIP] of [
      ['web-1', 'shop', '10.24.1.1'],
      ['api', 'shop', '10.24.1.2'],
    ]) {
      const patch = JSON.stringify({ status: { podIP, podIPs: [{ ip: podIP }] } });
      const path = `/api/v1/namespaces/${namespace}/pods/${name}/status`;
      await world.cluster.request('PATCH', path, JSON.parse(patch), 'application/merge-patch+json');
    }
  });
  after(() => world.stop());

  test('why: the answer of the resources; namespace of -n', async () => {
    const allowed = await world.weft(['why', 'api', 'web-1:80', '-n', 'shop']);
    assert.equal(allowed.status, 0, allowed.out + allowed.err);
    const denied = await world.weft(['why', 'shop/api', 'shop/web-1:81']);
    assert.equal(denied.status, 0);
    assert.match(denied.out, /^DENIED: shop\/api \(10.24.1.2\) to shop\/web-1 \(10.24.1.1\), TCP port 81$/m);
  });

  test('why: a pod without an address -> says so', async () => {
    const { err, status } = await world.weft(['why', 'shop/api', 'data/db:1']);
    assert.match(err, /Cannot follow packets of pod "data\/db": it has no address yet/);
    assert.equal(status, 1);
  });

  test('why --live: an agent that does not answer -> said, the answer stands', async () => {
    const { out, status } = await world.weft(['why', 'shop/api', 'shop/web-1:81', '--live']);
    assert.match(out, /^ {3}node1: Cannot ask the agent of node "node1": /m);
    assert.equal(status, 0);
  });

  test('policy preview: without a file -> the staged policies', async () => {
    const { out } = await world.weft(['policy', 'preview', '-n', 'shop', '--port', '80']);
    assert.match(out, /^LOST {2}shop\/api to shop\/web-1: 80$/m);
  });

  test('completion of why: pods, services and nodes', async () => {
    const { out } = await world.weft(['__complete', '--', 'why', '-n', 'shop', '']);
    const words = out.trim().split('\n');
    for (const word of ['api', 'web-1', 'svc/web', 'node/node2', 'external']) assert.ok(words.includes(word), word);
  });
});
