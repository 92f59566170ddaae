import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ipamBlocks } from '../../src/api/kinds.ts';
import { enterPlace } from '../../src/lab/enter-place.ts';
import { requirePlace } from '../../src/lab/lab-state.ts';
import { LabFixture, until } from './support/lab-fixture.ts';

/** F6: eight runtimes add and delete as fast as they can, 72 attachments for 64 addresses, and their plugins get killed. */
const workers = 8;
const slots = 9;
const addsPerWorker = 50;
const killShare = 0.2;
const seed = Number(process.env.WEFT_SEED ?? Date.now() % 1_000_000);
const network = 'k8s-pod-network';

interface Outcome {
  /** `undefined`: killed. */
  readonly status: number | undefined;
  readonly stdout: string;
}
/** From the answer to ADD until DEL is asked for, the address is this container's alone. Milliseconds. */
interface Ownership {
  readonly address: string;
  readonly containerId: string;
  readonly from: number;
  until: number;
}

let lab: LabFixture;
const history: Ownership[] = [];
const tally = { added: 0, full: 0, deleted: 0, killed: 0 };
const unexpected: string[] = [];

before(async () => {
  lab = await LabFixture.start(
    'storm',
    '--nodes',
    '1',
    '--mode',
    'none',
    '--pool-cidr',
    '10.24.0.0/26',
    '--block-size',
    '29',
  );
  const names = Array.from({ length: workers * slots }, (_, i) => `s${Math.floor(i / slots)}-${i % slots}`);
  await lab.on('master', 'sh', '-c', names.map((name) => `ip netns add ${name}`).join('; '));
});
after(() => lab?.stop());

/** Runs the plugin on the node, as a runtime does; kills it after `killAfterMs`. */
function plugin(
  command: string,
  containerId: string,
  netns: string,
  killAfterMs?: number,
  more = {},
): Promise<Outcome> {
  const env = {
    CNI_COMMAND: command,
    CNI_CONTAINERID: containerId,
    CNI_NETNS: `/run/netns/${netns}`,
    CNI_IFNAME: 'eth0',
  };
  const [file = '', ...args] = enterPlace(requirePlace(lab.state, 'master'), ['/opt/cni/bin/weft']);
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env: { PATH: process.env.PATH, ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
    const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
    });
    child.stdin.on('error', () => {});
    child.stdin.end(JSON.stringify({ cniVersion: '1.1.0', name: network, type: 'weft', ...more }));
    child.once('error', reject);
    child.once('close', (status) => {
      clearTimeout(timer);
      resolve({ status: status ?? undefined, stdout });
    });
  });
}

/** Small and repeatable. @see https://en.wikipedia.org/wiki/Linear_congruential_generator */
function randomFrom(start: number): () => number {
  let state = BigInt(start);
  return () => {
    state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) & 0xffff_ffff_ffff_ffffn;
    return Number(state >> 33n) / 2 ** 31;
  };
}

async function work(worker: number): Promise<void> {
  const random = randomFrom(seed * workers + worker);
  const killAfter = () => (random() < killShare ? random() * 150 : undefined);
  const held: (string | undefined)[] = Array.from({ length: slots });
  for (let adds = 0; adds < addsPerWorker; ) {
    const chosen = Math.floor(random() * slots);
    // More often an ADD than a DEL, so that the pool runs full.
    const free = random() < 0.85 ? held.indexOf(undefined) : -1;
    const slot = free < 0 ? chosen : free;
    const containerId = held[slot];
    if (containerId === undefined) {
      adds++;
      const fresh = `w${worker}n${adds}`;
      held[slot] = fresh;
      const { status, stdout } = await plugin('ADD', fresh, `s${worker}-${slot}`, killAfter());
      noteAdd(fresh, status, stdout);
    } else {
      endOwnership(containerId);
      const { status, stdout } = await plugin('DEL', containerId, `s${worker}-${slot}`, killAfter());
      if (status === undefined) tally.killed++;
      else if (status === 0) tally.deleted++;
      else unexpected.push(`DEL ${containerId}: ${stdout}`);
      // A runtime repeats a DEL that it has not seen succeed.
      if (status === 0) held[slot] = undefined;
    }
  }
  for (const [slot, containerId] of held.entries()) {
    if (containerId === undefined) continue;
    endOwnership(containerId);
    // Half of them are never deleted: GC has to find them.
    if (random() < 0.5) continue;
    const { status, stdout } = await plugin('DEL', containerId, `s${worker}-${slot}`);
    if (status !== 0) unexpected.push(`DEL ${containerId}: ${stdout}`);
  }
}

/** At the first DEL: one that was killed may have been carried out. */
function endOwnership(containerId: string): void {
  for (const owned of history) {
    if (owned.containerId === containerId) owned.until = Math.min(owned.until, performance.now());
  }
}

function noteAdd(containerId: string, status: number | undefined, stdout: string): void {
  if (status === undefined) {
    tally.killed++;
    return;
  }
  const answer = JSON.parse(stdout) as { ips?: { address: string }[]; msg?: string };
  if (status === 0) {
    tally.added++;
    const address = answer.ips?.[0]?.address ?? '';
    history.push({ address, containerId, from: performance.now(), until: Number.POSITIVE_INFINITY });
  } else if (/no more free addresses|0 out of 1/.test(answer.msg ?? '')) tally.full++;
  else unexpected.push(`ADD ${containerId}: ${stdout}`);
}

/** Handles of pods in all blocks, one for each address. */
async function handles(): Promise<readonly string[]> {
  const { items } = await lab.cluster.list(ipamBlocks);
  return items.flatMap(({ spec }) =>
    spec.allocations.flatMap((index) => {
      const handle = typeof index === 'number' ? spec.attributes[index]?.handle_id : undefined;
      return handle?.startsWith(network) ? handle : [];
    }),
  );
}

test(`F6 storm of ${workers} x ${addsPerWorker} ADD and DEL with kills (seed ${seed}) -> never two owners`, async (t) => {
  let storming = true;
  const watcher = (async () => {
    while (storming) {
      const all = await handles();
      assert.equal(new Set(all).size, all.length, 'an attachment has two addresses');
      await sleep(500);
    }
  })();
  const started = performance.now();
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
  storming = false;
  await watcher;
  t.diagnostic(`${JSON.stringify(tally)} in ${Math.round(performance.now() - started)} ms`);
  assert.deepEqual(unexpected, []);
  assert.ok(tally.added > 50 && tally.killed > 10, 'the storm was none');
  for (const one of history) {
    const other = history.find(
      (o) => o !== one && o.address === one.address && o.from < one.until && one.from < o.until,
    );
    assert.equal(other, undefined, `${one.address} is ${one.containerId}'s and ${other?.containerId}'s`);
  }
});

test('F6 after the storm: one GC -> no address, record, device or route of a pod is left', async () => {
  const { status, stdout } = await plugin('GC', '', '', undefined, { 'cni.dev/valid-attachments': [] });
  assert.equal(status, 0, stdout);
  await until('no address left', async () => ((await handles()).length === 0 ? true : undefined));
  assert.equal(await lab.on('master', 'sh', '-c', 'ls /run/weft/endpoints /run/weft/releases | grep json || true'), '');
  assert.equal(await lab.on('master', 'sh', '-c', 'ip -o link | grep cali || true'), '');
  assert.equal(await lab.on('master', 'sh', '-c', 'ip route | grep cali || true'), '');
});
