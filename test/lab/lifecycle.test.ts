import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { labDirectory } from '../../src/lab/directory.ts';
import { readLabState } from '../../src/lab/lab-state.ts';
import { isRunning } from '../../src/lab/process-identity.ts';
import { runCaptured } from '../../src/lab/run-captured.ts';
import { ipOf, LabFixture, runWeft, until, weft } from './support/lab-fixture.ts';

/** What a lab could leave on the machine, apart from other labs' things. */
function machine(name: string) {
  return {
    links: execFileSync('ip', ['-o', 'link'], { encoding: 'utf8' }),
    routes: execFileSync('ip', ['route', 'show', 'table', 'all'], { encoding: 'utf8' }),
    rules: execFileSync('ip', ['rule'], { encoding: 'utf8' }),
    tables: execFileSync('nft', ['list', 'tables'], { encoding: 'utf8' }),
    forwarding: readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8'),
    mounts: readFileSync('/proc/self/mounts', 'utf8'),
    namedNamespaces: existsSync('/run/netns') ? readdirSync('/run/netns') : [],
    directory: existsSync(labDirectory(name).path),
    processes: processesOf(name),
  };
}

/** Processes whose command line names the lab's directory or that live in its namespaces. */
function processesOf(name: string): readonly string[] {
  return readdirSync('/proc')
    .filter((one) => /^\d+$/.test(one) && Number(one) !== process.pid)
    .filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(labDirectory(name).path) ||
          readlinkSync(`/proc/${pid}/root`).includes(name)
        );
      } catch {
        return false;
      }
    });
}

/** Network namespaces that processes hold: all that this machine has, since none is named or mounted. */
function networkNamespaces(): ReadonlySet<string> {
  return new Set(
    readdirSync('/proc').flatMap((pid) => {
      try {
        return /^\d+$/.test(pid) ? [readlinkSync(`/proc/${pid}/ns/net`)] : [];
      } catch {
        return [];
      }
    }),
  );
}

describe('up and down', () => {
  let lab: LabFixture | undefined;
  after(() => lab?.stop());

  test('lab down: after pods ran -> machine as before; down again and status -> said so', async () => {
    const name = `t${process.pid}-life`;
    const before = machine(name);
    lab = await LabFixture.start('life', '--mode', 'vxlan', '--nodes', '2');
    const pod = await lab.run('one', 'node1');
    await lab.in(pod, 'ping', '-c1', '-W2', lab.address('master'));
    const during = machine(name);
    for (const what of ['links', 'routes', 'rules', 'tables', 'forwarding', 'mounts', 'namedNamespaces'] as const) {
      assert.deepEqual(during[what], before[what], `while the lab is up: ${what}`);
    }
    const init = lab.state.processes.find((one) => one.place === 'node1' && one.kind === 'init');
    const ofNode = readlinkSync(`/proc/${init?.pid}/ns/net`);
    const { processes } = readLabState(labDirectory(name)) ?? { processes: [] };
    await lab.stop();
    assert.deepEqual(machine(name), before);
    assert.ok(processes.length > 10 && processes.every((one) => !isRunning(one)));
    assert.ok(!networkNamespaces().has(ofNode));
    const again = await runWeft('lab', 'down', '--name', name);
    assert.equal(again.status, 0);
    assert.match(again.stderr, /There is no lab/);
    const status = await runWeft('lab', 'status', '--name', name);
    assert.equal(status.status, 1);
    assert.match(status.stderr, /run: weft lab up/);
    lab = undefined;
  });
});

describe('two labs', () => {
  const labs: LabFixture[] = [];
  after(() => Promise.all(labs.map((one) => one.stop())));

  test('up twice: same name -> clear error; other name -> both work', async () => {
    const first = await LabFixture.start('one', '--nodes', '2');
    labs.push(first);
    const same = await runWeft('lab', 'up', '--name', first.name);
    assert.equal(same.status, 1);
    assert.match(same.stderr, /is up already, run: weft lab down --name/);
    const second = await LabFixture.start('two', '--nodes', '2');
    labs.push(second);
    const [a, b] = await Promise.all([first.run('p', 'node1'), second.run('p', 'node1')]);
    await first.on('master', 'ping', '-c1', '-W2', ipOf(a));
    await second.on('master', 'ping', '-c1', '-W2', ipOf(b));
    const list = JSON.parse((await runWeft('lab', 'list', '-o', 'json')).stdout) as { name: string; state: string }[];
    for (const one of labs) assert.equal(list.find((entry) => entry.name === one.name)?.state, 'running');
  });
});

describe('crashed runs', () => {
  const name = `t${process.pid}-crash`;
  let builder: ChildProcess | undefined;
  after(async () => {
    builder?.kill('SIGKILL');
    await runWeft('lab', 'down', '--name', name);
  });

  test('lab up killed half way: the next up cleans and builds; killed nodes -> down cleans', async () => {
    builder = spawn(weft, ['lab', 'up', '--name', name, '--nodes', '2'], { stdio: 'ignore' });
    const half = await until('namespaces of the first run', async () => {
      const state = readLabState(labDirectory(name));
      return state !== undefined && state.processes.length >= 8 ? state : undefined;
    });
    assert.equal(half.phase, 'starting');
    builder.kill('SIGKILL');
    await new Promise((resolve) => builder?.once('exit', resolve));
    const up = await runWeft('lab', 'up', '--name', name, '--nodes', '2');
    assert.equal(up.status, 0, up.stderr);
    assert.match(up.stderr, /interrupted run/);
    assert.ok(half.processes.every((one) => !isRunning(one)));
    const state = readLabState(labDirectory(name));
    for (const one of state?.processes ?? []) if (one.kind === 'init') process.kill(one.pid, 'SIGKILL');
    const down = await runWeft('lab', 'down', '--name', name);
    assert.equal(down.status, 0, down.stderr);
    assert.ok(!existsSync(labDirectory(name).path));
    assert.deepEqual(processesOf(name), []);
  });

  test('lab up interrupted by Ctrl-C -> nothing stays', async () => {
    const interrupted = `t${process.pid}-int`;
    const child = spawn(weft, ['lab', 'up', '--name', interrupted], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await until('namespaces', async () => {
      const state = readLabState(labDirectory(interrupted));
      return state !== undefined && state.processes.length >= 8 ? state : undefined;
    });
    child.kill('SIGINT');
    assert.equal(await ended, 1);
    assert.ok(!existsSync(labDirectory(interrupted).path));
    assert.deepEqual(processesOf(interrupted), []);
  });

  test('two ups of one name at the same time -> one builds, one is told', async () => {
    const both = `t${process.pid}-both`;
    const runs = await Promise.all([
      runWeft('lab', 'up', '--name', both, '--nodes', '1'),
      runWeft('lab', 'up', '--name', both, '--nodes', '1'),
    ]);
    try {
      assert.deepEqual(runs.map((one) => one.status).toSorted(), [0, 1]);
      assert.match(runs.map((one) => one.stderr).join(''), /is at work on it|is up already/);
    } finally {
      await runWeft('lab', 'down', '--name', both);
    }
  });
});

const scratch = mkdtempSync(join(tmpdir(), 'weft-lifecycle-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** A lab file with one router. */
function routerFile(line: string): string {
  const path = join(mkdtempSync(join(scratch, 'lab-')), 'lab.yaml');
  writeFileSync(path, `routers:\n- name: tor\n  ${line}\n`);
  return path;
}

const refused: readonly (readonly [string, readonly string[], number, RegExp])[] = [
  ['mode unknown', ['up', '--mode', 'magic'], 2, /mode "magic" is unknown, one of ipip, vxlan, bgp, none needed/],
  ['mode of a later version', ['up', '--mode', 'flannel-vxlan'], 2, /comes with a later version/],
  ['nodes not a number', ['up', '--nodes', 'many'], 2, /--nodes is "many", a whole number needed/],
  ['unknown option', ['up', '--color'], 2, /Unknown option '--color'/],
  ['unknown command', ['upp'], 2, /Unknown command "upp"/],
  ['file missing', ['up', '--file', '/nowhere.yaml'], 2, /Cannot read lab file "\/nowhere.yaml"/],
  [
    'router of a software that is none',
    ['up', '--file', routerFile('software: cisco')],
    2,
    /lab.yaml": line 3: routers.0.software must be equal to one of/,
  ],
  [
    'router without BGP',
    ['up', '--file', routerFile('software: frr'), '--mode', 'vxlan'],
    2,
    /mode "vxlan" has no BGP/,
  ],
  ['name that is a path', ['down', '--name', '../x'], 2, /lab name "..\/x" is not valid/],
  ['exec without a lab', ['exec', 'node1', '--name', 'nowhere', '--', 'true'], 1, /Cannot use lab "nowhere"/],
];
for (const [what, args, status, message] of refused) {
  test(`bad input: ${what} -> status ${status}, one line`, async () => {
    const result = await runWeft('lab', ...args);
    assert.equal(result.status, status);
    assert.match(result.stderr, message);
    assert.equal(result.stderr.trim().split('\n').length, 1);
  });
}

test('bad input: port in use -> clear error, nothing built', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  const address = server.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  try {
    const result = await runWeft('lab', 'up', '--name', `t${process.pid}-port`, '--port', port);
    assert.equal(result.status, 1);
    assert.match(result.stderr, new RegExp(`something listens on 127.0.0.1:${port}, choose another --port`));
    assert.ok(!existsSync(labDirectory(`t${process.pid}-port`).path));
  } finally {
    server.close();
  }
});

test('bad input: not root -> says so', async () => {
  const result = await runCaptured(['setpriv', '--reuid=65534', '--clear-groups', weft, 'lab', 'up', '--name', 'x']);
  assert.equal(result.status, 1);
  assert.match(result.stderr, /not root, run it with sudo/);
});

test('bad input: a tool is missing -> names it and its package', async () => {
  const result = await runCaptured([
    'env',
    'PATH=/nowhere',
    process.execPath,
    `${weft.slice(0, -4)}src/main.ts`,
    'lab',
    'up',
  ]);
  assert.equal(result.status, 1);
  assert.match(result.stderr, /nft.* not found, run: apt-get install .*nftables/);
});
