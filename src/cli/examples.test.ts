import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { ipPools, nodes, pods } from '../api/kinds.ts';
import { startApiServer } from '../apiserver/server.ts';
import type { Command } from './command.ts';
import { commandTable } from './command-table.ts';
import { type CliWorld, startCliWorld } from './testing/run-cli.ts';

const calico = (kind: string, name: string, spec: string): string =>
  `apiVersion: projectcalico.org/v3\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: {${spec}}\n`;
const nginx = 'apiVersion: v1\nkind: Service\nmetadata: {name: nginx}\nspec: {ports: [{port: 80}]}\n';
const policy = calico('GlobalNetworkPolicy', 'deny', 'selector: all()');
const allowAll = calico('GlobalNetworkPolicy', 'allow', 'ingress: [{action: Allow}]');
const shopWeb = 'apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: []}\n';
const defaultPool = 'default-ipv4-ippool';
const report = JSON.stringify({ clusterGUID: 'here', allocations: {} });

const pool = async (name: string, cidr: string): Promise<void> => {
  await world.cluster.delete(ipPools, name).catch(() => {});
  await world.cluster.create(ipPools, { metadata: { name }, spec: { cidr } });
};
const write = (name: string, text: string): void => writeFileSync(name, text);
const apply = async (text: string): Promise<void> => {
  const { err, status } = await world.weft(['apply', '-f', '-'], { input: text });
  assert.equal(status, 0, err);
};

/** Examples that run against any API server, after what makes them possible. */
const runnable: Readonly<Record<string, () => unknown>> = {
  'get pods -o wide': () => {},
  [`get ippool ${defaultPool} -o yaml`]: () => pool(defaultPool, '10.24.0.0/16'),
  'get ippools -o custom-columns=NAME,CIDR': () => {},
  "get nodes -o jsonpath='{.items[*].metadata.name}'": () => {},
  'create -f pool.yaml': () => write('pool.yaml', calico('IPPool', 'p', 'cidr: 10.9.0.0/16')),
  'create -f policies.yaml --skip-exists': () => write('policies.yaml', policy),
  'apply -f nginx.yaml': () => write('nginx.yaml', nginx),
  'apply -R -f policies/': () => {
    mkdirSync('policies', { recursive: true });
    write('policies/a.yaml', policy);
  },
  'apply -f policies.yaml --dry-run=server': () => {},
  'apply -f -': () => {},
  'replace -f pool.yaml': () => {},
  'replace -f policies': () => {},
  'delete ippool old': () => apply(calico('IPPool', 'old', 'cidr: 10.8.0.0/16')),
  'delete -f nginx.yaml': () => {},
  'patch ippool p1 -p \'{"spec":{"natOutgoing":true}}\'': () => pool('p1', '10.7.0.0/16'),
  'patch nodes.projectcalico.org node1 -p \'{"spec":{"bgp":{"asNumber":64513}}}\'': () => {},
  'label nodes node1 rack=r1': () => {},
  'label nodes node1 rack --remove': () => {},
  'validate -f policies.yaml': () => {},
  'validate -f policies': () => {},
  'ipam show': () => {},
  'ipam show --show-blocks': () => {},
  'ipam show --ip 10.24.0.5': () => {},
  'ipam check --show-problem-ips': () => {},
  'ipam check -o report.json': () => {},
  'ipam release --from-report a.json --from-report b.json': () => {
    const { clusterGUID } = JSON.parse(readFileSync('report.json', 'utf8'));
    for (const name of ['a.json', 'b.json']) write(name, report.replace('here', clusterGUID));
  },
  'ipam configure show': () => {},
  'ipam configure --strictaffinity=true': () => {},
  [`ipam migrate ${defaultPool} --cidr 10.48.0.0/16 --dry-run`]: () => {},
  [`ipam migrate ${defaultPool} --cidr 10.48.0.0/16`]: () => {},
  'ipam migrate small --cidr 10.50.0.0/16 --block-size 24 --max-unavailable 2': () => pool('small', '10.6.0.0/16'),
  [`ipam split 4 --name ${defaultPool}`]: () => pool(defaultPool, '10.28.0.0/16'),
  'ipam split 2 --cidr 10.24.0.0/16': () => pool('whole', '10.24.0.0/16'),
  'why external shop/web:443 -f manifests -R': () => {
    mkdirSync('manifests/shop', { recursive: true });
    write('manifests/shop/web.yaml', shopWeb);
  },
  'policy matrix -n shop --port 80,443': () => {},
  'policy matrix -f manifests -R': () => {},
  'policy matrix -A -o json': () => {},
  'policy preview -f deny-all.yaml': () => write('deny-all.yaml', policy),
  'policy preview -f new.yaml --from manifests -R --fail-on-loss': () => write('new.yaml', allowAll),
  'policy preview -f old.yaml --delete': () => write('old.yaml', policy),
  'policy preview': () => {},
  version: () => {},
  'version --client': () => {},
  'completion bash > /etc/bash_completion.d/weft': () => {},
  'completion zsh > ~/.zfunc/_weft': () => {},
  'completion fish > ~/.config/fish/completions/weft.fish': () => {},
  help: () => {},
  'help ipam show': () => {},
};

/** Examples that need more than an API server: a lab, a node, pods that run, another cluster. */
const elsewhere =
  /^(?:lab|agent|bird|cni|controllers|apiserver|exec|logs|node|import-calico|ipam release --ip|version --poll|why (?!external)\S+|policy chains)(?: |$)/;

let world: CliWorld;
before(async () => {
  world = await startCliWorld(startApiServer);
  process.chdir(world.directory);
  await world.cluster.create(nodes, { metadata: { name: 'node1' }, spec: {} });
  await world.cluster.create(pods, {
    metadata: { name: 'web', namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'x' }] },
  } as never);
});
after(async () => {
  process.chdir('/');
  await world.stop();
});

const leaves = (commands: readonly Command[]): readonly Command[] =>
  commands.flatMap((command) => (command.commands === undefined ? [command] : leaves(command.commands)));
const examples = leaves(commandTable).flatMap((command) => (command.examples ?? []).map(([line]) => line));

describe('examples of the help', () => {
  test('every example: -> is run here, or needs a lab or a node', () => {
    const forgotten = examples.filter((line) => runnable[line] === undefined && !elsewhere.test(line));
    assert.deepEqual(forgotten, []);
    const gone = Object.keys(runnable).filter((line) => !examples.includes(line));
    assert.deepEqual(gone, [], 'of the table, no longer printed');
  });

  for (const [line, prepare] of Object.entries(runnable)) {
    test(`weft ${line}: as printed -> status 0`, async () => {
      await prepare();
      const typed = (line.split(' > ')[0] ?? '').match(/(?:'[^']*'|[^\s'])+/g) ?? [];
      // As a shell takes quotes away: inside of a word as well.
      const words = typed.map((word) => word.replaceAll("'", ''));
      const { err, status } = await world.weft(words, { input: nginx });
      assert.equal(status, 0, err);
    });
  }
});
