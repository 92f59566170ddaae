import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pods } from '../../src/api/kinds.ts';
import { labDirectory } from '../../src/lab/directory.ts';
import { findKubectls, type KubectlBinary } from './support/kubectl.ts';
import { LabFixture, runWeft, until, weft } from './support/lab-fixture.ts';

let lab: LabFixture;
let folder: string;
const kubectls = findKubectls();

const box = (name: string, script: string) => ({ name, image: 'debian', command: ['sh', '-c', script] });

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weft-streams-'));
  lab = await LabFixture.start('streams', '--nodes', '1', '--mode', 'none');
  const short = { terminationGracePeriodSeconds: 1 };
  await Promise.all([
    lab.run('web', 'master', short),
    lab.run('box', 'master', {
      ...short,
      containers: [
        box('talker', 'echo hello; echo oops >&2; i=0; while :; do i=$((i+1)); echo tick $i; sleep 0.2; done'),
        { ...box('quiet', 'sleep inf'), workingDir: '/tmp' },
      ],
    }),
  ]);
});
after(async () => {
  await lab?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Said {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function start(
  script: string,
  kubectl?: KubectlBinary,
): { readonly child: ChildProcess; readonly done: Promise<Said> } {
  const child = spawn('sh', ['-c', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      KUBECONFIG: labDirectory(lab.name).kubeconfig,
      HOME: folder,
      KUBECTL: kubectl?.path ?? '',
      WEFT: weft,
      DIRECTORY: folder,
    },
  });
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), 30_000);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const done = new Promise<Said>((resolve) => {
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status: status ?? 137, stdout, stderr });
    });
  });
  return { child, done };
}

/** Runs a shell script with $KUBECTL, the lab's KUBECONFIG and a scratch $DIRECTORY. */
const sh = (script: string, kubectl?: KubectlBinary) => start(script, kubectl).done;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

async function processesOnNode(pattern: RegExp): Promise<readonly string[]> {
  const list = await lab.on('master', 'ps', '-eo', 'args');
  return list.split('\n').filter((line) => pattern.test(line));
}

for (const kubectl of kubectls) {
  const on = `kubectl ${kubectl.version}`;

  test(`${on} exec: outputs apart, exit code, working directory, command that is not there`, async () => {
    const said = await sh('$KUBECTL exec box -c quiet -- sh -c "pwd; echo err >&2; exit 7"', kubectl);
    assert.deepEqual([said.status, said.stdout], [7, '/tmp\n']);
    assert.match(said.stderr, /^err\ncommand terminated with exit code 7\n$/);
    assert.equal((await sh('$KUBECTL exec web -- hostname', kubectl)).stdout, 'web\n');
    assert.equal((await sh('$KUBECTL exec web -- no-such-command', kubectl)).status, 127);
  });

  test(`${on} exec -i: 5 MB in and out -> unchanged`, async () => {
    const bytes = randomBytes(5_000_000);
    writeFileSync(join(folder, 'in'), bytes);
    const said = await sh('$KUBECTL exec -i box -c quiet -- cat < $DIRECTORY/in > $DIRECTORY/out', kubectl);
    assert.equal(said.status, 0, said.stderr);
    const digest = (from: Buffer) => createHash('sha256').update(from).digest('hex');
    assert.equal(digest(readFileSync(join(folder, 'out'))), digest(bytes));
    const began = performance.now();
    const early = await sh('$KUBECTL exec -i box -c quiet -- head -c 3 < $DIRECTORY/in | wc -c', kubectl);
    assert.equal(early.stdout.trim(), '3');
    assert.ok(performance.now() - began < 3000, 'kubectl had to wait for somebody to take its input');
  });

  test(`${on} exec -it: terminal of the same size, own processes, Ctrl-C reaches the command, exit code`, async () => {
    const typed = [
      'sleep 1; printf "stty size; tty; ps -e | wc -l; ip -br addr show eth0\\n"',
      'sleep 0.7; printf "sleep 100\\n"; sleep 0.5; printf "\\003"; sleep 0.3; printf "echo interrupted \\$?\\n"',
      'sleep 0.3; printf "exit 9\\n"; sleep 0.3',
    ].join('; ');
    const terminal = 'script -qec "stty rows 33 cols 111; $KUBECTL exec -it web -- bash; echo rc=\\$?" /dev/null';
    const { stdout } = await sh(`(${typed}) | ${terminal}`, kubectl);
    assert.match(stdout, /33 111/);
    assert.match(stdout, /\/dev\/pts\/\d+/);
    assert.match(stdout, /^[3-6]\r$/m);
    const web = await lab.ready('web');
    assert.ok(stdout.includes(web.status?.podIP ?? '-'), stdout);
    assert.match(stdout, /\^C[\s\S]*interrupted 130/);
    assert.match(stdout, /rc=9/);
  });

  test(`${on} exec: client killed -> the command and its children end`, async () => {
    const name = `70${kubectl.version.replace('.', '')}`;
    for (const target of ['web', 'box -c quiet']) {
      const { child, done } = start(`exec $KUBECTL exec ${target} -- sh -c 'sleep ${name} & sleep ${name}'`, kubectl);
      await until('both', async () =>
        (await processesOnNode(new RegExp(`^sleep ${name}`))).length === 2 ? true : undefined,
      );
      child.kill('SIGKILL');
      await done;
      await until('nobody', async () =>
        (await processesOnNode(new RegExp(`sleep ${name}`))).length === 0 ? true : undefined,
      );
    }
  });

  test(`${on} logs: --tail, --timestamps, -c, several containers, -f until the container ends`, async () => {
    const talker = (await sh('$KUBECTL logs box -c talker', kubectl)).stdout;
    assert.match(talker, /^hello$/m);
    assert.match(talker, /^oops$/m);
    const stamped = (await sh('$KUBECTL logs box -c talker --tail=1 --timestamps', kubectl)).stdout;
    assert.match(stamped, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z tick \d+\n$/);
    assert.match((await sh('$KUBECTL logs web', kubectl)).stdout, /serving HTTP on TCP port 80/);
    const name = `done-${kubectl.version.replace('.', '-')}`;
    await lab.cluster.create(pods, {
      metadata: { name, namespace: 'default' },
      spec: {
        nodeName: 'master',
        restartPolicy: 'Never',
        containers: [box('main', 'for i in 1 2 3; do echo line $i; sleep 0.3; done; printf end')],
      },
    });
    await lab.ready(name);
    assert.equal((await sh(`$KUBECTL logs -f ${name}`, kubectl)).stdout, 'line 1\nline 2\nline 3\nend');
    const late = await sh(`$KUBECTL exec ${name} -- true`, kubectl);
    assert.match(late.stderr, /cannot exec into a container in a completed pod; current phase is Succeeded/);
  });

  test(`${on} port-forward: several connections, a port nobody listens on`, async () => {
    const [open, closed] = [await freePort(), await freePort()];
    const { child, done } = start(`exec $KUBECTL port-forward pod/web ${open}:80 ${closed}:81`, kubectl);
    const fetchText = (path: string, port = open) =>
      fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(5000) });
    await until('the first answer', () =>
      fetchText('/hostname').then(
        async (answer) => ((await answer.text()) === 'web' ? true : undefined),
        () => undefined,
      ),
    );
    const sizes = [1, 1_000_000, 3_000_000].map(
      async (size) => (await (await fetchText(`/bytes/${size}`)).arrayBuffer()).byteLength,
    );
    assert.deepEqual(await Promise.all(sizes), [1, 1_000_000, 3_000_000]);
    await assert.rejects(fetchText('/', closed));
    child.kill('SIGINT');
    assert.match(
      (await done).stderr,
      /unable to do port forwarding: Cannot connect to port 81 of pod \\*"default\/web\\*": connection refused/,
    );
  });

  test(`${on} run --rm: -i passes input and exit code, a short command loses no output, -it is a shell`, async () => {
    const run = '$KUBECTL run --rm --restart=Never --image=busybox';
    const piped = await sh(`echo "some data" | ${run} -i piped -- sh -c 'cat; exit 5'`, kubectl);
    assert.match(piped.stdout, /some data/);
    assert.equal(piped.status, 5, piped.stderr);
    const fast = await sh(`${run} -i fast -- echo quick < /dev/null`, kubectl);
    assert.match(fast.stdout, /quick/);
    const typed = 'sleep 2.5; printf "tty; echo I am \\$HOSTNAME\\n"; sleep 0.5; printf "exit 4\\n"; sleep 2';
    const shell = await sh(`(${typed}) | script -qec "${run} -it typed; echo rc=\\$?" /dev/null`, kubectl);
    assert.match(shell.stdout, /\/dev\/pts\/\d+[\s\S]*I am typed[\s\S]*rc=4/);
  });

  test(`${on} cp: into a pod and back -> the same`, async () => {
    const name = `copied-${kubectl.version}`;
    writeFileSync(join(folder, name), 'some text\n');
    const there = `/tmp/${lab.name}-${name}`;
    const said = await sh(
      `$KUBECTL cp $DIRECTORY/${name} box:${there} -c quiet && $KUBECTL cp box:${there} $DIRECTORY/back -c quiet; rm -f ${there}`,
      kubectl,
    );
    assert.equal(readFileSync(join(folder, 'back'), 'utf8'), 'some text\n', said.stderr);
  });
}

test('kubectl 1.20 exec without -- (the old form) -> works, and says that it is old', async () => {
  const old = kubectls.find((one) => one.version === '1.20');
  const said = await sh('$KUBECTL exec web hostname', old);
  assert.equal(said.stdout, 'web\n');
  assert.match(said.stderr, /DEPRECATED/);
});

test('logs --previous: after a restart -> the run before; without one -> 400', async () => {
  await lab.cluster.create(pods, {
    metadata: { name: 'crash', namespace: 'default' },
    spec: {
      nodeName: 'master',
      containers: [box('main', 'echo run $(cat /proc/sys/kernel/random/uuid); sleep 0.2; exit 3')],
    },
  });
  await until('a restart', async () => {
    const found = await lab.cluster.get(pods, 'crash', 'default');
    return (found?.status?.containerStatuses?.[0]?.restartCount ?? 0) >= 1 ? true : undefined;
  });
  assert.match((await sh('$WEFT logs crash --previous')).stdout, /^run [0-9a-f-]{36}\n$/);
  const never = await sh('$WEFT logs web -p');
  assert.equal(never.status, 1);
  assert.match(never.stderr, /previous terminated container "main" in pod "web" not found/);
});

test('kubelet killed: what containers print meanwhile -> is in the log, in order', async () => {
  const list = await lab.on('master', 'ps', '-eo', 'pid,comm,args');
  const [, pid] = /^ *(\d+) node\S* .*main\.ts lab kubelet/m.exec(list) ?? [];
  assert.ok(pid !== undefined, list);
  const last = Number(/(\d+)\n$/.exec((await sh('$WEFT logs box -c talker --tail 1')).stdout)?.[1]);
  await lab.on('master', 'kill', '-KILL', pid);
  const ticks = await until(
    'ticks after the kill',
    async () => {
      const { stdout } = await sh('$WEFT logs box -c talker');
      const numbers = [...stdout.matchAll(/^tick (\d+)$/gm)].map(([, number]) => Number(number));
      return (numbers.at(-1) ?? 0) > last ? numbers : undefined;
    },
    15_000,
  );
  assert.deepEqual(
    ticks,
    Array.from({ length: ticks.length }, (_, index) => index + 1),
  );
});

test('weft exec by the API server: exit code, input, terminal; refusals in one line', async () => {
  const copy = join(folder, 'kubeconfig');
  writeFileSync(copy, readFileSync(labDirectory(lab.name).kubeconfig));
  const far = ['exec', '--kubeconfig', copy];
  const said = await runWeft(...far, 'box', '-c', 'quiet', '--', 'sh', '-c', 'pwd; exit 5');
  assert.deepEqual([said.status, said.stdout], [5, '/tmp\n']);
  const piped = await sh(`echo through | $WEFT exec -i --kubeconfig ${copy} web -- cat`);
  assert.equal(piped.stdout, 'through\n', piped.stderr);
  const typed = 'sleep 1.5; printf "stty size\\n"; sleep 0.3; printf "exit 9\\n"; sleep 0.5';
  const terminal = `script -qec "stty rows 33 cols 111; $WEFT exec -it web --kubeconfig ${copy} -- bash; echo rc=\\$?" /dev/null`;
  assert.match((await sh(`(${typed}) | ${terminal}`)).stdout, /33 111[\s\S]*rc=9/);
  const missing = await runWeft(...far, 'nope', '--', 'ls');
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /^Cannot exec in pod .*: pods "nope" not found\n$/);
});
