import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as kinds from '../api/kinds.ts';
import { nodes } from '../api/kinds.ts';
import type { KubernetesObject } from '../api/meta.ts';
import { startApiServer } from '../apiserver/server.ts';
import { calicoColumns } from './calico-columns.ts';
import { calicoTable } from './calico-table.ts';
import { formatTable } from './table.ts';
import { type CliWorld, startCliWorld } from './testing/run-cli.ts';

let world: CliWorld;
const resources = `
apiVersion: v1
kind: ConfigMap
metadata: {name: m1, labels: {app: x}}
data: {answer: "no"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: m2, labels: {app: y}}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: p1}
spec: {selector: "a == 'b'", order: 10}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny}
spec: {podSelector: {}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {nodeName: n1, containers: [{name: c, image: i}]}
`;

before(async () => {
  world = await startCliWorld(startApiServer);
  const annotations = { 'projectcalico.org/IPv4Address': '10.9.0.1/24' };
  await world.cluster.create(nodes, { metadata: { name: 'n1', annotations }, spec: {} });
  const made = await world.weft(['create', '-f', '-'], { input: resources });
  assert.equal(made.err + made.out, 'Successfully created 5 resource(s)\n');
});
after(() => world.stop());

const shown: readonly [line: readonly string[], out: string | RegExp, program?: string][] = [
  [['get', 'cm', '-o', 'name', '-l', 'app in (x)'], 'configmap/m1\n'],
  [
    ['get', 'cm,networkpolicy', '-o', 'name'],
    /^configmap\/m1\n.*\nnetworkpolicy.projectcalico.org\/p1\nnetworkpolicy.projectcalico.org\/knp.default.deny\n$/s,
  ],
  [['get', 'configmap/m1', 'CM/m2', '-o', 'name'], 'configmap/m1\nconfigmap/m2\n'],
  [['get', 'ConfigMaps.v1.', 'm1', '-o', 'jsonpath={.data.answer}'], 'no'],
  [
    ['get', 'cm', 'm1', '-o', 'yaml'],
    /^apiVersion: v1\ndata:\n {2}answer: "no"\nkind: ConfigMap\n(?!.*managedFields)/s,
  ],
  [['get', 'cm', '-o', 'custom-columns=NAME:.metadata.name,A:.data.answer'], 'NAME   A\nm1     no\nm2     <none>\n'],
  [
    ['get', 'cm', '-o', 'custom-columns=NAME:.metadata.name', '--no-headers', '--sort-by', '.metadata.name'],
    'm1\nm2\n',
  ],
  [['get', 'cm', '-o', 'go-template={{range .items}}{{.metadata.name}} {{end}}'], 'm1 m2 '],
  [['get', 'cm', '--field-selector', 'metadata.name=m2', '-o', 'name'], 'configmap/m2\n'],
  [['get', 'cm', '--show-labels'], /^NAME +DATA +AGE +LABELS\nm1 +1 +\d+s +app=x\n/],
  [
    ['get', 'networkpolicy'],
    'NAME               TIER      \np1                 default   \nknp.default.deny   default   \n\n',
  ],
  [
    ['get', 'policy', '-n', 'default', 'p1', '-o', 'wide'],
    "NAMESPACE   NAME   TIER      ORDER   SELECTOR   \ndefault     p1     default   10      a == 'b'   \n\n",
  ],
  [['get', 'pol', '-A', '-o', 'custom-columns=namespace,NAME,ORDER'], /^NAMESPACE +NAME +ORDER +\ndefault +p1 +10 +\n/],
  [['get', 'netpol'], /^NAME +POD-SELECTOR +AGE\ndeny +<none> +\d+s\n$/],
  [['get', 'networkpolicy.networking.k8s.io', 'deny', '-o', 'name'], 'networkpolicy.networking.k8s.io/deny\n'],
  [
    ['get', 'np', 'knp.default.deny', '-o', 'go-template={{.Spec.Selector}}'],
    "projectcalico.org/orchestrator == 'k8s'",
  ],
  [['get', 'nodes'], /^NAME +STATUS +ROLES/],
  [['get', 'nodes'], 'NAME   \nn1     \n\n', 'calicoctl'],
  [
    ['get', 'nodes.projectcalico.org', '-o', 'wide'],
    'NAME   ASN       IPV4          IPV6   \nn1     (64512)   10.9.0.1/24          \n\n',
  ],
  [
    ['get', 'wep'],
    'WORKLOAD   NODE   NETWORKS   INTERFACE         \nweb        n1                cali68caf03a5f4   \n\n',
  ],
  [['get', 'wep', 'n1-k8s-web-eth0', '-o', 'name'], 'workloadendpoint.projectcalico.org/n1-k8s-web-eth0\n'],
  [['get', 'wep', '-l', 'app=web', '-o', 'go-template={{range .}}{{.Spec.Pod}}{{end}}'], 'web'],
  [['get', 'pros', 'kns.default', '-o', 'name'], 'profile.projectcalico.org/kns.default\n'],
  [['get', 'pods,svc', '-o', 'name'], 'pod/web\n'],
  [['get', 'cm', 'm1', 'm2', '-o', 'jsonpath={.kind}'], 'List'],
  [['get', 'ippools', '-o', 'jsonpath={.kind}'], 'IPPoolList'],
  [['get', 'cm', 'm1', '--export', '-o', 'jsonpath={.metadata.uid}{.metadata.namespace}{.metadata.labels.app}'], 'x'],
];

const refused: readonly [line: readonly string[], status: number, err: RegExp][] = [
  [
    ['get', 'cm', 'm1', 'gone'],
    1,
    /^resource does not exist: ConfigMap\(default\/gone\) with error: configmaps "gone" not found$/,
  ],
  [['get', 'ippool', '-n', 'x'], 1, /^namespace should not be specified for a non-namespaced resource. IPPool is not/],
  [['get', 'cm', '-A', '-n', 'x'], 1, /^cannot use both --namespace and --all-namespaces flags/],
  [['get', 'cm', '-A', 'm1'], 2, /cannot be named across all namespaces/],
  [['get', 'cm', ''], 2, /^resource name may not be empty$/],
  [['get', 'cm', '-o', 'go-template={{.a'], 1, /^Cannot read template: the end found at character 5/],
  [['get', 'cm', '-o', 'go-template'], 2, /^need to specify a template/],
  [['get', 'cm', '-o', 'jsonpath={.a[}'], 1, /^Cannot read JSONPath template/],
  [['get', 'cm', '-o', 'custom-columns=NAME'], 2, /^ConfigMap has no headings of its own/],
  [['get', 'tiers', '-o', 'custom-columns=COLOUR'], 2, /^Unknown column "COLOUR" of Tier, some of NAME, ORDER needed/],
  [['get', 'cm', '-o', 'go-template-file=/gone'], 1, /^Cannot read template "\/gone"/],
  [['get', 'cm,pods', '-w'], 2, /^Only one kind, or one resource, can be watched/],
  [['get', 'np.crd.projectcalico.org'], 1, /^resource type 'np.crd.projectcalico.org' is not supported/],
];

const watches: readonly [line: readonly string[], until: RegExp][] = [
  [['get', 'cm', '-w'], /^NAME +DATA +AGE\n(?:m\d .*\n)+late +0 +\d+s\n$/],
  // All events of a table but the first come without columns.
  [['get', 'cm', '-w', '--show-labels'], /late .*\n(?:late .*\n)+$/],
  [['get', 'cm', '-w', '-o', 'name'], /^(?:configmap\/\w+\n)+configmap\/late\n$/],
  [
    ['get', 'cm', '--watch-only', '-o', 'yaml'],
    /^---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n.* {2}name: late\n/s,
  ],
];

describe('get', () => {
  for (const [line, out, program] of shown) {
    test(`${program ?? 'weft'} ${line.join(' ')}: -> what people know`, async () => {
      const result = await world.weft(line, program === undefined ? {} : { program });
      assert.equal(result.err, '');
      if (typeof out === 'string') assert.equal(result.out, out);
      else assert.match(result.out, out);
    });
  }

  for (const [line, status, err] of refused) {
    test(`weft ${line.join(' ')}: -> status ${status}`, async () => {
      const result = await world.weft(line);
      assert.match(result.err, err);
      assert.equal(result.status, status);
    });
  }

  test('-f: names of one kind -> one table; what is not there -> said', async () => {
    const { out, err } = await world.weft(['get', '-f', '-'], { input: resources.replace('name: p1', 'name: gone') });
    assert.match(out, /^NAME +DATA +AGE\nconfigmap\/m1 .*\nconfigmap\/m2 .*\n\nNAME +POD-SELECTOR/);
    assert.match(err, /^resource does not exist: NetworkPolicy\(default\/gone\)/);
  });

  test('-f: a file names what to show -> shown', async () => {
    const file = join(world.directory, 'get.yaml');
    writeFileSync(file, resources);
    assert.match(
      (await world.weft(['get', '-f', file, '-o', 'name'])).out,
      /^configmap\/m1\nconfigmap\/m2\nnetworkpolicy\./,
    );
  });
});

describe('get -w', () => {
  for (const [line, until] of watches) {
    test(`${line.join(' ')}: something new -> shown`, async () => {
      const end = new AbortController();
      const limit = AbortSignal.timeout(4000);
      let seen = '';
      const watching = world.weft(line, {
        signal: AbortSignal.any([end.signal, limit]),
        onOutput: (out) => {
          if (until.test(out)) end.abort();
          seen = out;
        },
      });
      // Written until it is seen: a watch says nothing when it begins.
      for (let turn = 0; !end.signal.aborted && !limit.aborted; turn++) {
        const input = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"late","labels":{"turn":"${turn}"}}}`;
        await world.weft(['apply', '-f', '-'], { input });
      }
      await watching;
      assert.match(seen, until);
      await world.weft(['delete', 'cm', 'late']);
    });
  }
});

describe('calicoTable', () => {
  const object = (spec: object): KubernetesObject => ({ metadata: { name: 'x' }, spec }) as KubernetesObject;
  const table: readonly [kind: (typeof kinds.calicoKinds)[number], spec: object, cells: readonly string[]][] = [
    [kinds.bgpPeers, { peerIP: '10.0.0.1', asNumber: 64_513 }, ['x', '10.0.0.1', '(global)', '64513']],
    [kinds.bgpPeers, { nodeSelector: 'all()' }, ['x', '', 'all()', '0']],
    [kinds.bgpConfigurations, { nodeToNodeMeshEnabled: false }, ['x', '', 'false', '-']],
    [kinds.bgpFilters, { exportV4: [{}, {}] }, ['x', '2', '0', '0', '0']],
    [kinds.globalNetworkPolicies, { tier: 't' }, ['x', 't', '<nil>', '']],
    [kinds.tiers, { order: 1_000_000 }, ['x', '1e+06']],
    [
      kinds.hostEndpoints,
      { node: 'n', interfaceName: '*', expectedIPs: ['1.2.3.4', 'fd00::1'] },
      ['x', 'n', '*', '1.2.3.4,fd00::1', ''],
    ],
    [kinds.globalNetworkSets, { nets: ['10.0.0.0/8', '11.0.0.0/8'] }, ['x', '10.0.0.0/8,11.0.0.0/8']],
    [kinds.clusterInformations, { clusterGUID: 'g', datastoreReady: true }, ['x', 'g', '', '', 'true']],
  ];
  for (const [kind, spec, cells] of table) {
    test(`${kind.kind} ${JSON.stringify(spec)}: -> ${cells.join(' ')}`, () => {
      const view = { wide: true, withNamespace: false, withLabels: false };
      assert.deepEqual(calicoTable(kind, [object(spec)], view, { asNumber: 64_512 }).rows, [cells]);
    });
  }

  test('every kind of Calico: -> has a table of its own', () => {
    for (const kind of [...kinds.calicoKinds, ...kinds.calicoViews]) {
      const columns = calicoColumns[kind.plural];
      assert.equal(columns?.plain.length === 0, false, kind.plural);
      assert.ok(formatTable([columns?.plain.map(({ header }) => header) ?? []], 'calicoctl').length > 1);
    }
  });
});
