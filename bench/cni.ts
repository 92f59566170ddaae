/**
 * CNI ADD and DEL as whole processes, as a runtime pays them: our plugin with its agent on a lab node beside Debian's
 * ptp with host-local. Reported, not bounded: every Node process costs tens of milliseconds before it does anything.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printFigure } from './figure.ts';
import { labDown, labUp, weft } from './lab-command.ts';

const root = join(import.meta.dirname, '..');
const rounds = 7;
const perRound = 5;

interface Times {
  readonly add: number;
  readonly del: number;
}

export async function run(): Promise<void> {
  const lab = `bench-cni-${process.pid}`;
  const host = `wbc${process.pid}`;
  const directory = mkdtempSync(join(tmpdir(), 'weft-bench-cni-'));
  const ipam = { type: 'host-local', dataDir: directory, ranges: [[{ subnet: '10.91.0.0/16' }]] };
  const ourConfig = { cniVersion: '1.0.0', name: 'k8s-pod-network', type: 'weft' };
  const peerConfig = { cniVersion: '1.0.0', name: 'bench', type: 'ptp', ipam };
  const script = [join(root, 'scripts/node26'), import.meta.filename, 'inside'];
  try {
    labUp(lab, '--nodes', '1');
    execFileSync('ip', ['netns', 'add', host]);
    const ours: Times[] = [];
    const peer: Times[] = [];
    for (let round = 0; round < rounds; round++) {
      ours.push(
        measure([weft, 'lab', 'exec', 'master', '--name', lab, '--', ...script, weft, JSON.stringify(ourConfig)]),
      );
      peer.push(measure(['ip', 'netns', 'exec', host, ...script, '/usr/lib/cni/ptp', JSON.stringify(peerConfig)]));
    }
    for (const step of ['add', 'del'] as const) {
      const name = `CNI ${step.toUpperCase()} process beside ptp with host-local`;
      printFigure({ name, unit: 'ms', ours: ours.map((times) => times[step]), peer: peer.map((times) => times[step]) });
    }
  } finally {
    spawnSync('ip', ['netns', 'delete', host]);
    labDown(lab);
    rmSync(directory, { recursive: true });
  }
}

function measure(command: readonly string[]): Times {
  const [file = '', ...args] = command;
  return JSON.parse(execFileSync(file, args, { encoding: 'utf8' })) as Times;
}

/** Inside the node's namespaces: some pairs of ADD and DEL; prints the mean milliseconds of each. */
function inside(plugin: string, config: string): void {
  const times = { add: 0, del: 0 };
  for (let i = 0; i < perRound; i++) {
    const name = `bench-${process.pid}-${i}`;
    execFileSync('ip', ['netns', 'add', name]);
    try {
      for (const command of ['ADD', 'DEL'] as const) {
        const start = performance.now();
        const { status, stdout } = spawnSync(plugin, [], {
          input: config,
          encoding: 'utf8',
          env: {
            PATH: process.env.PATH,
            CNI_COMMAND: command,
            CNI_CONTAINERID: name,
            CNI_NETNS: `/run/netns/${name}`,
            CNI_IFNAME: 'eth0',
            CNI_PATH: '/usr/lib/cni',
          },
        });
        if (status !== 0) throw new Error(`${command} failed: ${stdout}`);
        times[command === 'ADD' ? 'add' : 'del'] += (performance.now() - start) / perRound;
      }
    } finally {
      spawnSync('ip', ['netns', 'delete', name]);
    }
  }
  console.log(JSON.stringify(times));
}

const [role, plugin = '', config = ''] = process.argv.slice(2);
if (import.meta.main && role === 'inside') inside(plugin, config);
else if (import.meta.main) await run();
