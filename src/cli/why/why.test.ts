import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCli } from '../testing/run-cli.ts';

const cluster = fileURLToPath(new URL('testdata/cluster', import.meta.url));
const golden = fileURLToPath(new URL('testdata/why.txt', import.meta.url));

/** What is asked, and why it is asked. */
const questions = [
  ['allowed by a rule, logged, through a tier that passes', 'shop/api shop/web-1:80'],
  ['no policy for the ends', 'data/db shop/api:9000'],
  ['denied by a rule', '203.0.113.7 shop/api:9000'],
  ['end of a tier', 'shop/api shop/web-1:81'],
  ['Kubernetes policies: allowed', 'shop/api data/db:sql'],
  ['Kubernetes policies: isolated by default-deny and by one with rules', 'data/cache data/db:5432'],
  ['AdminNetworkPolicy', 'shop/api data/cache:6379'],
  ['egress denied, ingress too', 'data/tool data/db:5432'],
  ['egress denied to the outside', 'data/tool external:443'],
  ['egress allowed: names', 'data/tool external:53 --protocol udp'],
  ['host endpoint: allowed by a rule', 'node/node1 node/node2:10250'],
  ['host endpoint: denied', 'shop/api node/node2:80'],
  ['host endpoint: failsafe port', '192.0.2.99 node/node2:22'],
  ['a node and its own pod', 'node/node1 shop/web-1:81'],
  ['a Service: each backend', 'shop/api svc/web.shop:http'],
  ['an ICMP echo', 'shop/api shop/web-1 --protocol icmp'],
  ['a port nobody names', 'shop/api data/tool'],
] as const;

const why = (line: string) => runCli(['why', ...line.split(' '), '-f', cluster]);

describe('why', () => {
  test('answers: as in testdata/why.txt (UPDATE_GOLDEN=1 rewrites it)', async () => {
    let text = '';
    for (const [about, line] of questions) {
      const { out, status } = await why(line);
      text += `# ${about}\n$ weft why ${line}\n${out}exit status ${status}\n\n`;
    }
    if (process.env.UPDATE_GOLDEN !== undefined) writeFileSync(golden, text);
    assert.equal(text, readFileSync(golden, 'utf8'));
  });

  test('a pod without labels: -> the remedy says how much else it lets through', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'weft-why-'));
    const file = join(folder, 'plain.yaml');
    writeFileSync(
      file,
      '{apiVersion: v1, kind: Pod, metadata: {name: plain, namespace: shop}, spec: {containers: []}}',
    );
    const { out } = await runCli(['why', 'shop/plain', 'shop/web-1:80', '-f', cluster, '-f', file]);
    rmSync(folder, { recursive: true });
    assert.match(
      out,
      /^Mind that pod shop\/plain has no label to tell it by: every pod of its namespace would get through$/m,
    );
  });

  test('--fail-on-deny: denied -> status 1, allowed -> 0', async () => {
    assert.equal((await why('shop/api shop/web-1:81 --fail-on-deny')).status, 1);
    assert.equal((await why('shop/api shop/web-1:80 --fail-on-deny')).status, 0);
  });

  test('-o json: keys that programs rely on', async () => {
    const { out, status } = await why('shop/api shop/web-1:81 -o json');
    const answer = JSON.parse(out);
    assert.equal(status, 0);
    assert.equal(answer.allowed, false);
    const [connection] = answer.connections;
    const { kind, namespace, name } = connection.source;
    assert.deepEqual([kind, namespace, name], ['pod', 'shop', 'api']);
    assert.deepEqual([connection.protocol, connection.port, connection.compiled], ['TCP', 81, { agrees: true }]);
    const [egress, ingress] = connection.checkpoints;
    assert.deepEqual([egress.direction, egress.reason, egress.allowed], ['egress', 'profile', true]);
    assert.deepEqual([ingress.direction, ingress.reason, ingress.tier], ['ingress', 'tier-end', 'default']);
    assert.deepEqual(ingress.policies, [
      { apiVersion: 'projectcalico.org/v3', kind: 'NetworkPolicy', namespace: 'shop', name: 'web' },
    ]);
    assert.equal(connection.remedies[0].resource.kind, 'NetworkPolicy');
  });

  test('--remedy: the resource that would allow it, which then does', async () => {
    const { out } = await why('data/cache data/db:5432 --remedy');
    const resource = out.slice(out.indexOf('---\n'));
    assert.match(resource, /^kind: NetworkPolicy$/m);
    const argv = ['why', 'data/cache', 'data/db:5432', '-f', cluster, '-f', '-'];
    const again = await runCli(argv, { input: resource });
    assert.equal(again.status, 0, again.out);
  });
});

describe('why: what is refused', () => {
  const cases: readonly (readonly [string, number, RegExp])[] = [
    ['shop/api', 2, /SRC and DST needed/],
    ['shop/api shop/web-1 extra', 2, /Unexpected word "extra"/],
    ['shop/api shop/web-11:80', 1, /Cannot find pod "shop\/web-11": did you mean "shop\/web-1"\?/],
    ['api shop/web-1:80', 1, /Cannot find pod "default\/api": there is "shop\/api"/],
    ['shop/api pod/db:1', 1, /Cannot find pod "default\/db": there is "data\/db"/],
    ['shop/api svc/wep.shop', 1, /Cannot find Service "wep.shop": did you mean "svc\/web.shop"\?/],
    ['shop/api svc/web.shop:81', 2, /Cannot find port "81" of the Service: one of 8080 \(http\) needed/],
    ['shop/api node/node3', 1, /Cannot find node "node3": did you mean "node1"\?/],
    ['shop/api shop/web-1:0', 2, /Cannot read port "0": a number from 1 to 65535 needed/],
    ['shop/api shop/web-1:https', 2, /Cannot read port "https": a number from 1 to 65535 or http needed/],
    ['shop/api shop/web-1:80 --protocol icmp', 2, /it has no ports/],
    ['shop/api shop/web-1:80 --protocol tpc', 2, /Unknown protocol "tpc"/],
    ['shop/api fd00::1', 1, /no IP version in common/],
    ['shop/api shop/web-1 --live', 2, /Cannot use --live with -f/],
    ['shop/api shop/web-1 -o wide', 2, /Unknown output format "wide", one of json, yaml needed/],
  ];
  for (const [line, status, message] of cases) {
    test(`${line}: -> status ${status}`, async () => {
      const result = await why(line);
      assert.match(result.err, message);
      assert.equal(result.status, status);
    });
  }
});
