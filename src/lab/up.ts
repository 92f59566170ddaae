import { existsSync, readFileSync } from 'node:fs';
import { errorText, WeftError } from '../base/errors.ts';
import { type BuiltLab, buildLab } from './build-lab.ts';
import { countNodes } from './demo-report.ts';
import { labDirectory } from './directory.ts';
import { takeLabLock } from './lab-lock.ts';
import { type LabState, readLabState } from './lab-state.ts';
import { checkMachine } from './preflight.ts';
import { isRunning } from './process-identity.ts';
import { createProgress, type Progress, wantsColor } from './progress.ts';
import { removeLab } from './remove-lab.ts';
import { reservePort } from './reserve-port.ts';
import { computeTopology, type Topology, type TopologyOptions } from './topology.ts';
import { parseTopologyFile } from './topology-file.ts';
import { readCommandLine, readNumber, readOutput, usageError } from './usage.ts';

/** What a person asked for on the command line of `lab up` or `lab demo`. */
export interface UpOptions {
  readonly topology: Topology;
  readonly port?: number;
  readonly output: 'text' | 'json';
}

const text = { type: 'string' } as const;
const upOptions = {
  name: text,
  nodes: text,
  mode: text,
  'cross-subnet': { type: 'boolean' },
  file: { type: 'string', short: 'f' },
  'pool-cidr': text,
  'block-size': text,
  mtu: text,
  ipv6: { type: 'boolean' },
  port: text,
  output: { type: 'string', short: 'o' },
} as const;

/** `weft lab up`. */
export async function runUp(argv: readonly string[]): Promise<number> {
  const options = readUpOptions(argv);
  checkMachine();
  const progress = createProgress((line) => process.stderr.write(line), wantsColor(process.stderr));
  const { state } = await bringUp(options, progress);
  process.stdout.write(
    options.output === 'json' ? `${JSON.stringify(describeLab(state), undefined, 2)}\n` : summary(state),
  );
  return 0;
}

/**
 * Reads the options of `lab up`; the command line wins over the lab file.
 *
 * @throws WeftError LAB_USAGE, LAB_BAD_FILE, LAB_BAD_TOPOLOGY
 */
export function readUpOptions(argv: readonly string[]): UpOptions {
  const { values, positionals, command } = readCommandLine(argv, upOptions);
  if (positionals.length > 0 || command.length > 0)
    throw usageError(`Unexpected word "${positionals[0] ?? command[0]}"`);
  const port = readNumber('port', values.port, 65535);
  const given: { -readonly [K in keyof TopologyOptions]: TopologyOptions[K] } =
    values.file === undefined ? {} : { ...readTopologyFile(values.file) };
  if (values.name !== undefined) given.name = values.name;
  if (values.mode !== undefined) given.mode = values.mode;
  if (values['cross-subnet'] !== undefined) given.crossSubnet = values['cross-subnet'];
  if (values['pool-cidr'] !== undefined) given.pool = values['pool-cidr'];
  if (values.ipv6 !== undefined) given.ipv6 = values.ipv6;
  const nodes = readNumber('nodes', values.nodes);
  const blockSize = readNumber('block-size', values['block-size']);
  const mtu = readNumber('mtu', values.mtu);
  return {
    topology: computeTopology({
      ...given,
      ...(nodes === undefined ? {} : { nodes }),
      ...(blockSize === undefined ? {} : { blockSize }),
      ...(mtu === undefined ? {} : { mtu }),
    }),
    ...(port === undefined ? {} : { port }),
    output: readOutput(values.output),
  };
}

/**
 * Builds the lab, after removing what a crashed run of the same name left. When building fails, nothing stays.
 *
 * @throws WeftError LAB_EXISTS when it is up already; LAB_BUSY; what {@link buildLab} throws
 */
export async function bringUp(options: UpOptions, progress: Progress): Promise<BuiltLab> {
  const { topology } = options;
  const lock = takeLabLock(topology.name);
  try {
    await removeLeftovers(topology.name);
    const port = reservePort(options.port);
    try {
      const stopping = new AbortController();
      return await Promise.race([buildLab(topology, port, progress, stopping.signal), untilInterrupted(stopping)]);
    } catch (error) {
      await keepLogs(topology.name, () => removeLab(labDirectory(topology.name)));
      throw error;
    }
  } finally {
    lock.release();
  }
}

/** Ctrl-C while building removes what was built so far. */
function untilInterrupted(stopping: AbortController): Promise<never> {
  return new Promise((_resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        const reason = new WeftError('LAB_INTERRUPTED', `Cannot bring the lab up: ${signal} received`);
        // Nothing may be started any more while what stands is removed.
        stopping.abort(reason);
        reject(reason);
      });
    }
  });
}

/** What `-o json` says about a lab. Keys are stable. */
export function describeLab(state: LabState) {
  const { topology, server } = state;
  return {
    name: topology.name,
    mode: topology.mode,
    crossSubnet: topology.crossSubnet,
    pool: topology.pool,
    blockSize: topology.blockSize,
    server,
    kubeconfig: labDirectory(topology.name).kubeconfig,
    directory: labDirectory(topology.name).path,
    nodes: topology.nodes.map(({ name, role, segment, address }) => ({ name, role, segment, address })),
  };
}

function summary(state: LabState): string {
  const { topology } = state;
  const name = topology.name === 'lab' ? '' : ` --name ${topology.name}`;
  const nodes = topology.nodes.map((node) => `  ${node.name.padEnd(10)} ${node.address}`).join('\n');
  return `Lab "${topology.name}" is up: ${countNodes(topology.nodes.length)}, mode ${topology.mode}${topology.crossSubnet ? ', cross-subnet' : ''}
${nodes}
  export KUBECONFIG=${labDirectory(topology.name).kubeconfig}
  weft lab down${name}
`;
}

function readTopologyFile(file: string): TopologyOptions {
  try {
    return parseTopologyFile(readFileSync(file, 'utf8'), file);
  } catch (cause) {
    if (cause instanceof WeftError) throw cause;
    throw new WeftError('LAB_BAD_FILE', `Cannot read lab file "${file}": ${errorText(cause)}`, { cause });
  }
}

async function removeLeftovers(name: string): Promise<void> {
  const directory = labDirectory(name);
  if (!existsSync(directory.path)) return;
  const state = readLabState(directory);
  const alive = state?.processes.some((one) => one.kind === 'init' && isRunning(one)) ?? false;
  if (state?.phase === 'running' && alive) {
    throw new WeftError(
      'LAB_EXISTS',
      `Cannot bring lab "${name}" up: it is up already, run: weft lab down --name ${name} (or choose another --name)`,
    );
  }
  process.stderr.write(`removing what an interrupted run of lab "${name}" left\n`);
  await removeLab(directory);
}

/** The last words of a lab that could not be built would be lost with its directory. */
async function keepLogs(name: string, remove: () => Promise<unknown>): Promise<void> {
  const { lastLogLines } = await import('./last-log-lines.ts');
  const lines = lastLogLines(labDirectory(name));
  await remove();
  if (lines.length > 0) process.stderr.write(`${lines.join('\n')}\n`);
}
