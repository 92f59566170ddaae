import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const weft = fileURLToPath(new URL('../../../weft', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'weft-status-'));
after(() => rmSync(directory, { recursive: true }));
const isRoot = process.geteuid?.() === 0;

/** An agent as far as `node status` can see: its command line, and what it says of itself. */
const agent = join(directory, 'weft.js');
writeFileSync(
  agent,
  `require('node:http').createServer((_, answer) => answer.end(JSON.stringify({ node: 'n1', backend: process.argv[3],
    warnings: ['w'], bgp: { sessions: [{ name: 'Mesh_192_0_2_2', flaps: 2 }] } }))).listen(9099, '127.0.0.1');`,
);
const birdConf = join(directory, 'bird.conf');
writeFileSync(
  birdConf,
  `router id 192.0.2.1;
protocol device { }
protocol bgp Mesh_192_0_2_2 {
  local 192.0.2.1 as 64512; neighbor 192.0.2.2 as 64512; passive on; ipv4 { import all; export none; };
}
`,
);

const startAgent = (backend: string) =>
  `"${process.execPath}" "${agent}" agent ${backend} & while ! ss -Htln | grep -q 9099; do sleep 0.05; done`;
const startBird = `bird -c "${birdConf}" -s /run/calico/bird.ctl`;

/**
 * Runs `weft node status` where only these programs run: in namespaces of its own, in which everything ends with the
 * command.
 */
function statusWhere(programs: readonly string[], ...options: readonly string[]) {
  const script = [
    'mount -t tmpfs none /run',
    'mkdir /run/calico',
    'ip link set lo up',
    'ip addr add 192.0.2.1/24 dev lo',
    ...programs,
    `"${weft}" node status ${options.join(' ')}`,
  ].join('\n');
  const namespaces = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const { status, stdout, stderr } = spawnSync('unshare', [...namespaces, 'bash', '-ec', script], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { status, out: stdout, err: stderr };
}

describe('weft node status', { skip: !isRoot }, () => {
  test('nothing runs: -> Calico process is not running', () => {
    const { status, out, err } = statusWhere([]);
    assert.deepEqual([status, out], [1, '']);
    assert.match(err, /^Calico process is not running\.\n/);
  });

  test('the agent alone, without BGP: -> the known sentence', () => {
    const { status, out, err } = statusWhere([startAgent('vxlan')]);
    assert.deepEqual(
      [status, out, err],
      [0, 'Calico process is running.\n\nNone of the BGP backend processes (BIRD or GoBGP) are running.\n\n', ''],
    );
  });

  test('the agent alone, BIRD should run: -> said', () => {
    const { status, out } = statusWhere([startAgent('bird')]);
    assert.equal(out, 'Calico process is running.\n\nThe BGP backend process (BIRD) is not running.\n\n');
    assert.equal(status, 0);
    const report = JSON.parse(statusWhere([startAgent('bird')], '-o', 'json').out);
    assert.equal(report.problem, 'The BGP backend process (BIRD) is not running.');
    assert.deepEqual([report.agent, report.bird, report.sessions], [{ running: true }, { running: false }, []]);
  });

  test('both: -> the sessions, those of IPv6 too', () => {
    const { status, out, err } = statusWhere([startAgent('bird'), startBird]);
    assert.match(
      out,
      /^Calico process is running\.\n\nIPv4 BGP status\n\+-+\+-+\+-+\+-+\+-+\+\n\| PEER ADDRESS \| {5}PEER TYPE {5}\| STATE \| {2}SINCE {3}\| {2}INFO {3}\|\n\+-[-+]+\n\| 192\.0\.2\.2 {4}\| node-to-node mesh \| start \| \d\d:\d\d:\d\d \| Passive \|\n\+[-+]+\n\nIPv6 BGP status\nNo IPv6 peers found\.\n\n$/,
    );
    assert.deepEqual([status, err], [0, '']);
  });

  test('both, -o json: -> what BIRD knows and what the agent knows', () => {
    const report = JSON.parse(statusWhere([startAgent('bird'), startBird], '-o', 'json').out);
    assert.deepEqual([report.node, report.warnings, report.problem], ['n1', ['w'], undefined]);
    assert.equal(report.bird.routerID, '192.0.2.1');
    const [{ peerIP, asNumber, state, flaps }] = report.sessions;
    assert.deepEqual([peerIP, asNumber, state, flaps], ['192.0.2.2', 64_512, 'Passive', 2]);
  });

  test('BIRD alone: -> its sessions all the same, the agent is missed, status 1', () => {
    const { status, out, err } = statusWhere([startBird]);
    assert.equal(err, 'Calico process is not running.\n');
    assert.match(out, /^\nIPv4 BGP status\n[\s\S]*192\.0\.2\.2[\s\S]*\nNo IPv6 peers found\.\n\n$/);
    assert.equal(status, 1);
    const report = JSON.parse(statusWhere([startBird], '-o', 'json').out);
    assert.deepEqual(report.agent, { running: false });
    assert.equal(report.sessions.length, 1);
  });

  test('BIRD does not answer: -> said for its family', () => {
    const { status, out } = statusWhere([startAgent('bird'), '(exec -a bird sleep 60) &']);
    assert.match(
      out,
      /\nIPv4 BGP status\nError querying BIRD: unable to connect to BIRDv4 socket: Cannot ask BIRD at "\/var\/run\/calico\/bird\.ctl": no such socket[^\n]*\nINFO: BIRDv6 process: 'bird6' is not running\.\n\n$/,
    );
    assert.equal(status, 0);
  });
});
