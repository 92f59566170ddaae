import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { IPAMBlock, IPPool } from '../api/calico.ts';
import { ipamBlocks, ipPools, nodes } from '../api/kinds.ts';
import { startApiServer } from '../apiserver/server.ts';
import { type CliWorld, startCliWorld } from './testing/run-cli.ts';

let world: CliWorld;

before(async () => {
  world = await startCliWorld(startApiServer);
  for (const name of ['n1', 'n2']) await world.cluster.create(nodes, { metadata: { name }, spec: {} });
});
after(() => world.stop());

const words = (line: string, input = '') => world.weft(line.split(' '), { input });
const pool = (name: string, cidr: string, more = ''): string =>
  `apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata: {name: ${name}}\nspec: {cidr: ${cidr}${more}}\n`;
const map = (name: string, data = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {${data}}\n`;
const node = (name: string, address: string): string =>
  `apiVersion: projectcalico.org/v3\nkind: Node\nmetadata: {name: ${name}}\nspec: {bgp: {ipv4Address: ${address}}}\n`;

function folder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = join(world.directory, `f${Math.random()}`);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const broken: readonly [name: string, text: string | Uint8Array, err: RegExp][] = [
  ['empty', '', /^no resources specified in file \S+$/],
  [
    'binary',
    new Uint8Array([0x7f, 0x45, 0, 0xff]),
    /^Cannot read file "\S+": binary data found, YAML or JSON in UTF-8/,
  ],
  ['not UTF-8', new Uint8Array([0x61, 0xff]), /text that is not UTF-8 found/],
  ['duplicate key', 'kind: X\nkind: Y\n', /^\S+x.yaml: document 1, line 2, column 1: duplicate field "kind"$/],
  [
    'no kind',
    '- a: 1\n- 7\n',
    /document 1, line 1, column 3: an object without "kind" found.*\n.*line 2, column 3: a number found/,
  ],
  [
    'unknown field',
    `${map('m')}---\n${pool('p', '10.0.0.0/16', ',\n  x: 1')}`,
    /x.yaml: document 2, line 10, column 3: field in document is not recognized or is in the wrong location: x\]$/,
  ],
  [
    'two mistakes',
    pool('p', '10.0.0.0/33', ', x: 1'),
    /x.yaml: document 1: error with the following fields:\n- {2}line 4, column 8: IPPool.Spec.CIDR = '10.0.0.0\/33' .*\n- {2}line 4, column 27: field in document/,
  ],
  [
    'unknown kind',
    'apiVersion: v9\nkind: IPPool\nmetadata: {name: p}',
    /x.yaml: document 1, line 2, column 1: unknown resource type \(IPPool\) and\/or version \(v9\)$/,
  ],
  [
    'unknown field of a ConfigMap',
    map('m').replace('\ndata', '\ndota'),
    /x.yaml: document 1, line 4, column 1: .*unknown field "dota"/,
  ],
  [
    'bomb',
    `a: &a [x]\nb: &b [${'*a,'.repeat(90)}]\nc: &c [${'*b,'.repeat(90)}]\nd: [${'*c,'.repeat(90)}]`,
    /aliases that stand for too much text/,
  ],
];

describe('files', () => {
  test('folder: -> yaml, yml and json files by name; -R -> folders in it as well', async () => {
    const root = folder({
      'b.yml': map('b'),
      'a.yaml': `${map('a')}---\n${map('a2')}`,
      'c.json':
        '{"apiVersion":"v1","kind":"ConfigMapList","items":[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}]}',
      'd.txt': 'not read',
      'sub/e.yaml': map('e'),
    });
    assert.equal((await words(`create -f ${root}`)).out, "Successfully created 4 'ConfigMap' resource(s)\n");
    assert.equal((await words(`apply -R -f ${root}`)).out, "Successfully applied 5 'ConfigMap' resource(s)\n");
    assert.equal((await words(`delete -f ${root} -R`)).out, "Successfully deleted 5 'ConfigMap' resource(s)\n");
  });

  for (const [name, text, err] of broken) {
    test(`create ${name}: -> refused with its place, nothing created`, async () => {
      const root = folder({ 'x.yaml': text });
      const result = await words(`create -f ${root}/x.yaml`);
      assert.match(result.err, err);
      assert.equal(result.status, 1);
      assert.equal((await words('get cm -o name')).out, '');
    });
  }

  test('empty folder and --skip-empty: -> error, no error', async () => {
    const root = folder({ 'x.yaml': '# nothing\n' });
    assert.match((await words(`apply -f ${root}`)).err, /^no resources specified in directory /);
    assert.equal((await words(`apply -f ${root} --skip-empty`)).out, 'No resources specified\n');
    assert.equal((await words('apply --skip-empty -f -', '---\n')).out, 'No resources specified\n');
  });

  test('-n: another namespace than the resource names -> refused; none named -> that of -n', async () => {
    await words('create -f -', 'apiVersion: v1\nkind: Namespace\nmetadata: {name: other}');
    const text = map('m').replace('name: m', 'name: m, namespace: default');
    assert.match(
      (await words('create -n other -f -', text)).err,
      /resource namespace does not match client namespace. default != other/,
    );
    assert.equal((await words('create -n other -f -', map('m'))).status, 0);
    assert.equal((await words('delete cm m -n other')).out, "Successfully deleted 1 'ConfigMap' resource(s)\n");
  });
});

const defaultTier = 'apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: bare}\n';

describe('habits of calicoctl and kubectl', () => {
  test('apply of a file that "get" made: older than the resource -> conflict; of one that is gone -> created', async () => {
    await words('create -f -', pool('old', '10.61.0.0/16'));
    const file = (await words('get ippool old -o yaml')).out;
    await words('label ippool old a=b');
    const stale = await words('apply -f -', file);
    assert.equal(stale.err, "failed to apply 'IPPool' resource: [update conflict: IPPool(old)]");
    await words('delete ippool old');
    assert.equal((await words('apply -f -', file)).out, "Successfully applied 1 'IPPool' resource(s)\n");
    await words('delete ippool old');
  });

  test('resource without spec: -> an empty one', async () => {
    assert.equal((await words('apply -f -', defaultTier)).out, "Successfully applied 1 'Tier' resource(s)\n");
    await words('delete tier bare');
  });

  const table: readonly [line: string, out: RegExp, err: RegExp, status: number][] = [
    ['get nodes -o=name', /^node\/n1\nnode\/n2\n$/, /^$/, 0],
    ['get nodes -o=jsonpath={.items[0].metadata.name}', /^n1$/, /^$/, 0],
    ['get nodes --show-labels=false --no-headers=true -o=wide', /^n1 .*\nn2 .*\n$/, /^$/, 0],
    ['get nodes --no-headers=maybe', /^$/, /no-headers/, 2],
    ['label node/n1 x=y', /^Successfully set label x on node n1\n$/, /^$/, 0],
    ['label node/n1 x-', /^Successfully removed label x from node n1\n$/, /^$/, 0],
    ['get ippool nope -o yaml', /^$/, /^resource does not exist: IPPool\(nope\)/, 1],
    ['get pods,', /^$/, /^Cannot read kinds "pods,": an empty one found; usage: weft get /, 2],
    ['patch ippool nope -p {} --dry-run=client', /^$/, /error: ippools\.projectcalico\.org "nope" not found\]$/, 1],
    ['get ippool nope -o name', /^$/, /^resource does not exist: IPPool\(nope\)/, 1],
    ['ipam split 2 --name a --cidr 10.0.0.0/8', /^$/, /^name and CIDR provided/, 2],
    ['ipam release --from-report /nope', /^$/, /^Cannot read report "\/nope": no such file or directory$/, 1],
    ['get nodes -o go-template-file=/nope', /^$/, /^Cannot read template "\/nope": no such file or directory$/, 1],
    ['patch node n1 -p {bad', /^$/, /^Cannot read patch: .* at line 1, column 5$/, 2],
  ];
  for (const [line, out, err, status] of table) {
    test(`${line}: -> status ${status}`, async () => {
      const result = await words(line);
      assert.match(result.out, out);
      assert.match(result.err, err);
      assert.equal(result.status, status);
    });
  }

  test('kind misspelt in a file: -> the nearest, also without a cluster', async () => {
    const text = pool('p', '10.0.0.0/16').replace('IPPool', 'ippool');
    const err = /document 1, line 2, column 1: unknown resource type \(ippool\) .*, did you mean "IPPool"\?$/;
    for (const verb of ['validate', 'apply']) assert.match((await words(`${verb} -f -`, text)).err, err);
    const other = text.replace('projectcalico.org/v3', 'x/v1');
    assert.match(
      (await words('validate -f -', other)).err,
      /\(ippool\) .*, and without a cluster nobody can be asked$/,
    );
  });

  test('ends of lines of YAML 1.1 in a text: -> escaped', async () => {
    const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: odd}\ndata: {a: "\\u2028x\\u0085", b: "yes"}\n`;
    await words('create -f -', text);
    assert.match((await words('get cm odd -o yaml')).out, /\n {2}a: "\\u2028x\\u0085"\n {2}b: "yes"\n/);
    await words('delete cm odd');
  });
});

describe('--dry-run', () => {
  for (const mode of ['client', 'server']) {
    test(`${mode}: create, apply, replace, patch, delete -> a diff, nothing changed`, async () => {
      const created = await words(`create -f - --dry-run=${mode}`, pool('dry', '10.7.0.0/16'));
      assert.match(
        created.out,
        /^--- \/dev\/null\n\+\+\+ merged\/ippools\/dry\n@@ .* @@\n\+apiVersion: projectcalico.org\/v3\n/,
      );
      assert.match(created.out, /\n\+ {2}blockSize: 26\n/);
      assert.equal(created.err, `Would have created 1 'IPPool' resource(s), nothing was changed (dry run: ${mode})\n`);
      assert.equal((await words('get ippool dry')).status, 1);
      await words('create -f -', pool('dry', '10.7.0.0/16'));
      const change =
        /^--- live\/ippools\/dry\n\+\+\+ merged\/ippools\/dry\n@@ [^\n]* @@\n(?: [^\n]*\n)*-? *(?:natOutgoing: false\n)?\+ {2}natOutgoing: true\n(?: [^\n]*\n)*$/;
      for (const verb of ['apply', 'replace']) {
        const result = await words(`${verb} -f - --dry-run=${mode}`, pool('dry', '10.7.0.0/16', ', natOutgoing: true'));
        assert.match(result.out, change, verb);
      }
      const patched = await world.weft([
        'patch',
        'ippool',
        'dry',
        '-p',
        '{"spec":{"natOutgoing":true}}',
        `--dry-run=${mode}`,
      ]);
      assert.match(patched.out, change);
      const gone = await words(`delete ippool dry --dry-run=${mode}`);
      assert.match(gone.out, /^--- live\/ippools\/dry\n\+\+\+ \/dev\/null\n@@/);
      const same = await words(`apply -f - --dry-run=${mode}`, pool('dry', '10.7.0.0/16'));
      assert.equal(same.out, '');
      assert.equal((await words('get ippool dry -o jsonpath={.spec.natOutgoing}')).out, '');
      await world.cluster.delete(ipPools, 'dry');
    });

    test(`${mode}: apply of a ConfigMap -> only what changes`, async () => {
      await words('apply -f -', map('m', 'a: "1", b: "2"'));
      const result = await words(`apply -f - --dry-run=${mode}`, map('m', 'a: "3", b: "2"'));
      assert.match(result.out, /\n- {2}a: "1"\n\+ {2}a: "3"\n {3}b: "2"\n/);
      await words('delete cm m');
    });
  }

  test('colours: -> on a terminal only', async () => {
    const plain = await world.weft(['create', '-f', '-', '--dry-run=client'], { input: map('c') });
    const coloured = await world.weft(['create', '-f', '-', '--dry-run=client'], { input: map('c'), color: true });
    assert.ok(!plain.out.includes('\u001b'));
    assert.ok(coloured.out.includes('\u001b[32m+'));
  });
});

describe('replace', () => {
  test('get without a name, --export, edited, replaced -> as the documents show it', async () => {
    await words('create -f -', pool('default-ipv4-ippool', '10.24.0.0/16', ', ipipMode: Always'));
    const { out } = await words('get ipPool --export -o yaml');
    assert.match(out, /^apiVersion: projectcalico.org\/v3\nitems:\n- apiVersion.*\nkind: IPPoolList\n/s);
    const replaced = await words('replace -f -', out.replace('ipipMode: Always', 'ipipMode: Never'));
    assert.equal(replaced.err + replaced.out, "Successfully replaced 1 'IPPool' resource(s)\n");
    // The version in the file is that of yesterday now.
    const stale = await words('replace -f -', out);
    assert.equal(stale.err, "failed to replace 'IPPool' resource: [update conflict: IPPool(default-ipv4-ippool)]");
    await world.cluster.delete(ipPools, 'default-ipv4-ippool');
  });
});

describe('Node of Calico', () => {
  test('apply, patch, label, replace: -> annotations of the Node', async () => {
    const applied = await words('apply -f -', node('n1', '10.0.0.1/24'));
    assert.equal(applied.err + applied.out, "Successfully applied 1 'Node' resource(s)\n");
    const { metadata } = (await world.cluster.get(nodes, 'n1')) ?? { metadata: { name: '' } };
    assert.equal(metadata.annotations?.['projectcalico.org/IPv4Address'], '10.0.0.1/24');
    const patch = '{"spec":{"bgp":{"asNumber":64600}}}';
    const patched = await world.weft(['patch', 'node', 'n1', '-p', patch], { program: 'calicoctl' });
    assert.equal(patched.err + patched.out, "Successfully patched 1 'Node' resource\n");
    assert.equal(
      (await words('label nodes.projectcalico.org n1 rack=r1')).out,
      'Successfully set label rack on node n1\n',
    );
    const { out } = await words('get nodes.projectcalico.org n1 -o yaml');
    assert.match(out, /labels:\n {4}rack: r1\n.*spec:\n.* {4}asNumber: 64600\n {4}ipv4Address: 10.0.0.1\/24\n/s);
    assert.equal((await words('replace -f -', out)).out, "Successfully replaced 1 'Node' resource(s)\n");
    assert.equal((await words('label nodes.projectcalico.org n1 rack --remove')).status, 0);
    assert.equal((await world.cluster.get(nodes, 'n1'))?.metadata.labels?.rack, undefined);
  });

  const refused: readonly [line: string, input: string, err: RegExp][] = [
    [
      'create -f -',
      node('n1', '10.0.0.1/24'),
      /^failed to create 'Node' resource: \[resource already exists: Node\(n1\)\]$/,
    ],
    [
      'create -f -',
      node('n9', '10.0.0.1/24'),
      /operation Create is not supported on Node\(n9\): nodes are made by Kubernetes/,
    ],
    ['apply -f -', node('n2', '10.0.0.1/99'), /line 4, column 14: error with field .*IPv4Address = '10.0.0.1\/99'/i],
    ['delete nodes.projectcalico.org n2', '', /operation Delete is not supported on Node\(n2\)/],
    ['delete wep x', '', /operation delete is not supported on WorkloadEndpoint\(default\/x\): it is a view of a pod/],
    ['delete clusterinfo default', '', /operation delete is not supported on ClusterInformation\]$/],
    ['delete np knp.default.x', '', /kubernetes network policies must be managed through the kubernetes API/],
    [
      'delete cm a b',
      '',
      /^failed to delete any 'ConfigMap' resources: \[resource does not exist: ConfigMap\(default\/a\)/,
    ],
  ];
  for (const [line, input, err] of refused) {
    test(`${line} ${input.split('\n')[2] ?? ''}: -> refused`, async () => {
      const result = await words(line, input);
      assert.match(result.err, err);
      assert.equal(result.status, 1);
    });
  }
});

test('delete ippool: -> disabled first, empty blocks released, the others kept and said', async () => {
  await words('create -f -', pool('used', '10.8.0.0/16'));
  const block = (third: number, taken: boolean): IPAMBlock => ({
    metadata: { name: `10-8-${third}-0-26` },
    spec: {
      cidr: `10.8.${third}.0/26`,
      affinity: 'host:n1',
      allocations: Array.from({ length: 64 }, (_, index) => (taken && index === 0 ? 0 : null)),
      unallocated: Array.from({ length: 64 }, (_, index) => index).slice(taken ? 1 : 0),
      attributes: taken ? [{ handle_id: 'h', secondary: { pod: 'p', namespace: 'default', node: 'n1' } }] : [],
    },
  });
  await world.cluster.create(ipamBlocks, block(0, false));
  await world.cluster.create(ipamBlocks, block(1, true));
  const { resourceVersion } = await world.cluster.list(ipPools);
  const result = await words('delete ippool used');
  assert.equal(result.out, "Successfully deleted 1 'IPPool' resource(s)\n");
  assert.match(result.err, /^IPPool used: 1 address is still in use/);
  assert.deepEqual(
    (await world.cluster.list(ipamBlocks)).items.map(({ metadata }) => metadata.name),
    ['10-8-1-0-26'],
  );
  for await (const { type, object } of world.cluster.watch<IPPool>(ipPools, resourceVersion)) {
    assert.deepEqual([type, object.spec.disabled], ['MODIFIED', true]);
    break;
  }
});
