import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { parseReply } from '../../../test/support/parse-reply.ts';
import { parseProtocols } from '../../bird/parse-protocols.ts';
import { runningCommands } from '../../host/running-commands.ts';
import { runCli } from '../testing/run-cli.ts';
import { formatFamily } from './bgp-status.ts';
import { oldKernel } from './checksystem.ts';

const isRoot = process.geteuid?.() === 0;

const reply = `0001 BIRD 2.0.12 ready.
2002-Name       Proto      Table      State  Since         Info
1002-device1    Device     ---        up     08:27:20
 Mesh_10_128_62_127 BGP ---    up     08:27:26.041  Established
 Global_10_0_0_9 BGP ---    start  08:27:26  Active        Socket: Connection refused
0000 
`;

describe('BGP status', () => {
  test('peers: -> the box of calicoctl', () => {
    assert.equal(
      formatFamily(4, { kind: 'reply', reply: parseProtocols(parseReply(reply)) }),
      `
IPv4 BGP status
+---------------+-------------------+-------+----------+-----------------------------------+
| PEER ADDRESS  |     PEER TYPE     | STATE |  SINCE   |               INFO                |
+---------------+-------------------+-------+----------+-----------------------------------+
| 10.128.62.127 | node-to-node mesh | up    | 08:27:26 | Established                       |
| 10.0.0.9      | global            | start | 08:27:26 | Active Socket: Connection refused |
+---------------+-------------------+-------+----------+-----------------------------------+
`,
    );
  });

  test('no peers, not running, not reachable: -> the known words', () => {
    assert.equal(
      formatFamily(6, { kind: 'reply', reply: parseProtocols(parseReply(reply)) }),
      '\nIPv6 BGP status\nNo IPv6 peers found.\n',
    );
    assert.equal(formatFamily(6, { kind: 'not running' }), "\nINFO: BIRDv6 process: 'bird6' is not running.\n");
    assert.equal(
      formatFamily(4, { kind: 'unreachable', problem: 'x' }),
      '\nIPv4 BGP status\nError querying BIRD: unable to connect to BIRDv4 socket: x',
    );
  });
});

describe('node diags', () => {
  test('weft node diags: -> an archive for root only, without keys', { skip: !isRoot }, async () => {
    const { out, status } = await runCli(['node', 'diags']);
    assert.equal(status, 0);
    assert.match(out, /^Collecting diagnostics\nUsing temp dir: \/\S+\nDumping links\n/);
    const path = /Diags saved to (\S+)\n$/.exec(out)?.[1] ?? '';
    after(() => rmSync(join(path, '..'), { recursive: true, force: true }));
    const listing = execFileSync('tar', ['-tzf', path], { encoding: 'utf8' }).split('\n');
    for (const name of ['date', 'hostname', 'ipv4_route', 'nft_ruleset', 'fdb'])
      assert.ok(listing.includes(name), name);
    assert.deepEqual(
      listing.filter((name) => /kubeconfig|key|pem/.test(name)),
      [],
    );
    assert.match(execFileSync('tar', ['-xzOf', path, 'ipv4_addr'], { encoding: 'utf8' }), /^\$ ip -4 addr\n/);
    assert.deepEqual(readdirSync(join(path, '..')), [basename(path)]);
    assert.equal(statSync(join(path, '..')).mode & 0o777, 0o700);
  });
});

describe('node checksystem', () => {
  const kernels: readonly [version: string, ok: boolean][] = [
    ['6.18.44-x', true],
    ['5.6.0', true],
    ['5.10.0-21-amd64', true],
    ['5.5.19', false],
    ['4.19.0-21-amd64', false],
  ];
  for (const [version, ok] of kernels) {
    test(`kernel ${version}: -> ${ok ? 'new enough' : 'too old'}`, () =>
      assert.equal(oldKernel(version) === undefined, ok));
  }

  test('on this machine: -> every feature has a verdict, the end says it', { skip: !isRoot }, async () => {
    const { out, err, status } = await runCli(['node', 'checksystem']);
    assert.match(out, /^Checking kernel version\.\.\.\n/);
    assert.match(out, / {2}nftables {2,}(OK|FAILED)\n/);
    assert.ok(
      status === 0 ? out.endsWith('System meets minimum system requirements to run Calico!\n') : /needed$/.test(err),
    );
  });

  test('command lines of processes: -> this one is among them', () => {
    assert.ok(
      runningCommands().some((words) => words.some((word) => word.includes('node.test.ts') || word.includes('--test'))),
    );
  });
});
