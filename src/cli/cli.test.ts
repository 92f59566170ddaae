import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type ApiServer, startApiServer } from '../apiserver/server.ts';
import { errorText } from '../base/errors.ts';
import { commandTable } from './command-table.ts';
import { run } from './program.ts';

const directory = mkdtempSync(join(tmpdir(), 'weft-cli-'));
const kubeconfig = join(directory, 'kubeconfig');
let server: ApiServer | undefined;

before(async () => {
  const socket = join(directory, 's');
  server = await startApiServer({ data: join(directory, 'db'), listen: [{ unix: socket }] });
  const config = {
    'current-context': 'x',
    clusters: [{ name: 'x', cluster: { server: `unix://${socket}` } }],
    contexts: [{ name: 'x', context: { cluster: 'x' } }],
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
});
after(async () => {
  await server?.stop();
  rmSync(directory, { recursive: true });
});

interface Result {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}

/** Runs one command line; an error becomes its text and status as main.ts makes them. */
async function weft(argv: readonly string[], input = ''): Promise<Result> {
  let out = '';
  let err = '';
  const io = {
    out: (text: string): void => {
      out += text;
    },
    err: (text: string): void => {
      err += text;
    },
    readInput: () => Promise.resolve(input),
    env: { KUBECONFIG: kubeconfig, HOME: '/nonexistent' },
  };
  try {
    return { status: await run(argv, io), out, err };
  } catch (error) {
    const status = (error as { code?: string }).code === 'CLI_USAGE' ? 2 : 1;
    return { status, out, err: err + errorText(error) };
  }
}

const words = (text: string): Promise<Result> => weft(text.split(' '));
const pool = (name: string, cidr: string, more = ''): string =>
  `apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata: {name: ${name}}\nspec: {cidr: ${cidr}${more}}\n`;

describe('command line', () => {
  const table: readonly [line: string, status: number, err: RegExp][] = [
    ['gte', 2, /^Unknown command "gte", did you mean "get"\?$/],
    ['frobnicate', 2, /^Unknown command "frobnicate", see "weft help"$/],
    ['get', 2, /^No kind given; usage: weft get KIND/],
    ['get pods --ouput json', 2, /^Unknown option "--ouput", did you mean "--output"\?; usage: weft get/],
    ['get pods -o jsn', 2, /^Unknown output format "jsn", did you mean "json"\?$/],
    ['get pod', 0, /^No resources found in default namespace.\n$/],
    ['get pods', 0, /^No resources found in default namespace.\n$/],
    ['get pdos', 1, /^resource type 'pdos' is not supported, did you mean "pods"\?$/],
    ['get pods gone', 1, /^resource does not exist: Pod\(default\/gone\)/],
    ['create', 2, /^No file given; -f FILE needed$/],
    ['apply -f /gone.yaml', 1, /^Cannot read file "\/gone.yaml": no such file or directory$/],
    ['delete pods', 2, /^No name given; usage: weft delete pods NAME...$/],
    ['delete pods gone', 1, /^failed to delete 'Pod' resource: \[resource does not exist: Pod\(default\/gone\)/],
    ['get pods --context y', 1, /context "y" not found, there are: "x"/],
    ['ipam shwo', 2, /^Unknown ipam command "shwo", did you mean "show"\?/],
  ];
  for (const [line, status, err] of table) {
    test(`weft ${line}: -> status ${status}`, async () => {
      const result = await words(line);
      assert.match(result.err, err);
      assert.equal(result.status, status);
      assert.equal(result.out, '');
    });
  }

  test('help: every command of the table -> explained', async () => {
    const { out } = await weft(['help']);
    assert.ok(out.split('\n').length <= 25 && out.split('\n').every((line) => line.length <= 80), out);
    for (const { name, usage, summary, hidden } of commandTable) {
      if (hidden === true) continue;
      assert.ok(out.includes(summary), name);
      const text = (await weft(['help', name])).out.replaceAll(/\n +/g, ' ');
      assert.ok(text.startsWith(`Usage: weft ${usage}\n`), name);
    }
  });
});

describe('resources', () => {
  test('IPPool: create, get, apply, replace, patch, label, delete -> messages and tables of calicoctl', async () => {
    const create = await weft(['create', '-f', '-'], pool('p1', '10.1.0.0/16', ', nodeSelector: "zone == \'a\'"'));
    assert.equal(create.err + create.out, "Successfully created 1 'IPPool' resource(s)\n");
    const again = await weft(['create', '-f', '-'], pool('p1', '10.1.0.0/16'));
    assert.equal(again.err, "failed to create 'IPPool' resource: [resource already exists: IPPool(p1)]");
    const table = await words('get pools');
    assert.equal(table.out, "NAME   CIDR          SELECTOR      \np1     10.1.0.0/16   zone == 'a'   \n\n");
    const wide = await words('get IPPool p1 -o wide');
    assert.match(
      wide.out,
      /^NAME +CIDR +NAT +IPIPMODE +VXLANMODE +DISABLED +DISABLEBGPEXPORT +SELECTOR +ASSIGNMENTMODE +\n/,
    );
    const apply = await weft(['apply', '-f', '-'], pool('p1', '10.1.0.0/16', ', vxlanMode: Always'));
    assert.equal(apply.err + apply.out, "Successfully applied 1 'IPPool' resource(s)\n");
    assert.equal(JSON.parse((await words('get ippool p1 -o json')).out).spec.vxlanMode, 'Always');
    const replace = await weft(['replace', '-f', '-'], pool('gone', '10.9.0.0/16'));
    assert.match(replace.err, /^failed to replace 'IPPool' resource: \[resource does not exist: IPPool\(gone\)/);
    const patch = await weft(['patch', 'ippool', 'p1', '-p', '{"spec":{"disabled":true}}']);
    assert.equal(patch.err + patch.out, "Successfully patched 1 'IPPool' resource\n");
    assert.equal((await words('label ippool p1 a=b')).out, 'Successfully set label a on ippool p1\n');
    assert.match((await words('label ippool p1 a=c')).err, /^failed to update label of ippool p1, key a is already/);
    assert.equal((await words('label ippool p1 a=c --overwrite')).out, 'Successfully updated label a on ippool p1\n');
    assert.equal((await words('label ippool p1 a --remove')).out, 'Successfully removed label a from ippool p1\n');
    assert.match((await words('label ippool p1 a --remove')).err, /^cannot remove label of ippool p1, key a does not/);
    assert.equal((await words('get ippool -o name')).out, 'ippool.projectcalico.org/p1\n');
    const gone = await words('delete ippool p1');
    assert.equal(gone.err + gone.out, "Successfully deleted 1 'IPPool' resource(s)\n");
  });
});

describe('refused resources', () => {
  const refused: readonly [name: string, text: string, err: RegExp][] = [
    [
      'not masked',
      pool('p', '10.0.0.1/16'),
      /error with field IPPool.Spec.CIDR = '10.0.0.0\/16' \(IP pool CIDR is not/,
    ],
    ['too small', pool('p', '10.0.0.0/28'), /error with field spec \(IP pool size is too small for use with Calico/],
    ['unknown field', pool('p', '10.0.0.0/16', ', x: 1'), /field in document is not recognized.*: x\]$/],
    [
      'unknown kind',
      'apiVersion: v7\nkind: IPPool\nmetadata: {name: p}',
      /unknown resource type \(IPPool\) and\/or version \(v7\)/,
    ],
    ['namespace', pool('p', '10.0.0.0/16').replace('name: p', 'name: p, namespace: n'), /IPPool is not a namespaced/],
    ['broken YAML', 'a: [', /^-: document 1, line 1, column 5: /],
    ['no resource', '---\n---\n', /no resources specified in file -/],
    ['no name', 'kind: Pod\napiVersion: v1', /a Pod without "metadata.name" found/],
  ];
  for (const [name, text, err] of refused) {
    test(`apply ${name}: -> one clear line`, async () => {
      const result = await weft(['apply', '-f', '-'], text);
      assert.match(result.err, err);
      assert.ok(!result.err.includes('\n'));
      assert.equal(result.status, 1);
    });
  }

  test('overlapping pool: second of two -> partial success, both named', async () => {
    const result = await weft(['create', '-f', '-'], `${pool('o1', '10.5.0.0/16')}---\n${pool('o2', '10.5.1.0/24')}`);
    assert.equal(result.out, "Partial success: created the first 1 out of 2 'IPPool' resources:\n");
    assert.match(result.err, /^hit error: \[IPPool\(o2\) CIDR overlaps with IPPool\(o1\) CIDR 10.5.0.0\/16\]$/);
    await words('delete ippool o1');
  });
});

describe('Kubernetes kinds', () => {
  const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {a: b}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: nginx, image: nginx, ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
`;

  test('Deployment and Service: applied twice, label dropped -> server-side values stay, label goes', async () => {
    const first = await weft(['apply', '-f', '-'], deployment);
    assert.equal(first.err + first.out, 'Successfully applied 2 resource(s)\n');
    const before = JSON.parse((await words('get svc web -o json')).out);
    assert.match(before.spec.clusterIP, /^10\./);
    const second = await weft(['apply', '-f', '-'], deployment.replace(', labels: {a: b}', ''));
    assert.equal(second.err + second.out, 'Successfully applied 2 resource(s)\n');
    const service = JSON.parse((await words('get svc web -o json')).out);
    assert.equal(service.spec.clusterIP, before.spec.clusterIP);
    assert.equal(JSON.parse((await words('get deploy web -o json')).out).metadata.labels?.a, undefined);
    const table = await words('get deployments');
    assert.match(table.out, /^NAME {3}READY {3}UP-TO-DATE {3}AVAILABLE {3}AGE\nweb {4}0\/2 {5}0 {12}0 {11}\d+s\n$/);
    const everything = await words('get deploy,svc -A');
    assert.match(
      everything.out,
      /^NAMESPACE +NAME +READY .*\ndefault +deployment.apps\/web .*\n\nNAMESPACE +NAME +TYPE.*\ndefault +service\/web /,
    );
    const yaml = await words('get svc -o yaml');
    assert.match(yaml.out, /^apiVersion: v1\nitems:\n- apiVersion: v1\n {2}kind: Service\n/);
    assert.equal((await weft(['delete', '-f', '-'], deployment)).out, 'Successfully deleted 2 resource(s)\n');
  });

  test('validate: what cannot be checked without a cluster -> said; nothing else in the file -> not called valid', async () => {
    const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';
    const note = "Not validated without a cluster: 1 'ConfigMap' resource(s)";
    const alone = await weft(['validate', '-f', '-'], map);
    assert.deepEqual([alone.status, alone.out], [1, '']);
    assert.ok(alone.err.startsWith(note), alone.err);
    const both = await weft(['validate', '-f', '-'], `${map}---\n${pool('p', '10.0.0.0/16')}`);
    assert.deepEqual([both.status, both.out], [0, "Successfully validated 1 'IPPool' resource(s)\n"]);
    assert.ok(both.err.startsWith(note), both.err);
  });

  test('validate: without a cluster -> checked', async () => {
    const result = await weft(['validate', '-f', '-'], pool('p', '10.0.0.0/16'));
    assert.equal(result.err + result.out, "Successfully validated 1 'IPPool' resource(s)\n");
  });

  test('get -l and --export: -> narrowed, cluster fields blanked', async () => {
    const map = (name: string, app: string) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, labels: {app: ${app}}}\n---\n`;
    await weft(['apply', '-f', '-'], map('m1', 'x') + map('m2', 'y'));
    assert.equal((await weft(['get', 'cm', '-o', 'name', '-l', 'app in (x)'])).out, 'configmap/m1\n');
    const { metadata } = JSON.parse((await words('get cm m1 --export -o json')).out);
    assert.deepEqual(
      Object.keys(metadata).filter((key) => /uid|resourceVersion|namespace/.test(key)),
      [],
    );
  });
});
