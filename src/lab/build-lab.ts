import { closeSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nodes } from '../api/kinds.ts';
import { errorText, WeftError } from '../base/errors.ts';
import type { Cluster } from '../datastore/cluster.ts';
import { connectCluster } from '../datastore/connect-cluster.ts';
import { systemClock } from '../datastore/system-clock.ts';
import { bootstrapCluster } from './bootstrap-cluster.ts';
import { countNodes } from './demo-report.ts';
import { type LabDirectory, labDirectory, labsDirectory, nodeKubeletSocket } from './directory.ts';
import { enterPlace } from './enter-place.ts';
import { apiServerPort, type LabCertificates, makeCertificates, writeKubeconfig } from './lab-certificates.ts';
import { type LabProcess, type LabState, requirePlace, writeLabState } from './lab-state.ts';
import { weftLauncher } from './launcher.ts';
import { modeSettings } from './modes.ts';
import { nodeLabels } from './node-labels.ts';
import { identifyProcess, isRunning } from './process-identity.ts';
import type { Progress } from './progress.ts';
import type { ReservedPort } from './reserve-port.ts';
import { softwareEnvironment } from './router-software.ts';
import { startPlace } from './start-place.ts';
import { startProgram } from './start-program.ts';
import { startRouter } from './start-router.ts';
import type { LabNode, Topology } from './topology.ts';
import { labPlaces, wireUnderlay } from './underlay.ts';
import { untilBgpEstablished } from './wait-bgp.ts';

/** A lab that is up. */
export interface BuiltLab {
  readonly state: LabState;
  readonly cluster: Cluster;
}

/** How long nodes may take to become Ready, for the first and for each further one. */
const readyLimitMs = { first: 30_000, each: 3_000 };

/**
 * Builds a lab in an empty directory: namespaces, underlay, API server, controllers, kubelets; resolves when every node
 * is Ready. The caller holds the lab's lock and removes the lab when this throws.
 *
 * @param signal once it is aborted, no further process is started
 * @throws WeftError LAB_*: the first thing that went wrong
 */
export function buildLab(
  topology: Topology,
  port: ReservedPort,
  progress: Progress,
  signal: AbortSignal,
): Promise<BuiltLab> {
  return new Builder(topology, port, progress, signal).build();
}

class Builder {
  readonly #topology: Topology;
  readonly #directory: LabDirectory;
  readonly #progress: Progress;
  readonly #port: ReservedPort;
  readonly #signal: AbortSignal;
  #state: LabState;

  constructor(topology: Topology, port: ReservedPort, progress: Progress, signal: AbortSignal) {
    this.#signal = signal;
    this.#port = port;
    this.#topology = topology;
    this.#directory = labDirectory(topology.name);
    this.#progress = progress;
    const builder = identifyProcess(process.pid);
    this.#state = {
      version: 1,
      phase: 'starting',
      topology,
      server: `https://127.0.0.1:${port.port}`,
      createdAt: new Date().toISOString(),
      ...(builder === undefined ? {} : { builder }),
      processes: [],
    };
  }

  async build(): Promise<BuiltLab> {
    const { nodes: labNodes, segments } = this.#topology;
    // What is missing is said before anything is started.
    for (const router of this.#topology.routers) softwareEnvironment(router.software);
    mkdirSync(labsDirectory, { recursive: true, mode: 0o755 });
    mkdirSync(this.#directory.logs, { recursive: true });
    writeLabState(this.#directory, this.#state);
    const certificates = makeCertificates(this.#directory, this.#topology);
    const wired = segments.length === 1 ? 'one segment' : `${segments.length} segments and a router`;
    await this.#progress.stage(`${countNodes(labNodes.length)} on ${wired}`, () => this.#startPlaces());
    const cluster = await this.#progress.stage(`API server at ${this.#state.server}`, async () =>
      this.#startApiServer(await certificates),
    );
    await this.#progress.stage('pools and settings', () => bootstrapCluster(cluster, this.#topology));
    await this.#progress.stage('nodes Ready', () => this.#untilReady(cluster));
    if (modeSettings(this.#topology).backend === 'bird') {
      await this.#progress.stage('BGP sessions established', () => untilBgpEstablished(this.#state, this.#signal));
    }
    const { builder: _done, ...rest } = this.#state;
    this.#state = { ...rest, phase: 'running' };
    writeLabState(this.#directory, this.#state);
    return { state: this.#state, cluster };
  }

  async #startPlaces(): Promise<void> {
    const places = labPlaces(this.#topology);
    const hosts = hostsFile(this.#topology);
    const started = await Promise.allSettled(
      places.map(async (place) => this.#record(...(await startPlace(this.#directory, place, hosts)))),
    );
    for (const one of started) if (one.status === 'rejected') throw one.reason;
    wireUnderlay(this.#topology, (place) => requirePlace(this.#state, place).pid);
    mkdirSync(dirname(this.#directory.kubeletSocket('any')), { recursive: true });
    for (const node of this.#topology.nodes) {
      const socket = join(dirname(this.#directory.nodeRun(node.name)), nodeKubeletSocket);
      symlinkSync(socket, this.#directory.kubeletSocket(node.name));
      symlinkSync(this.#directory.nodeLogs(node.name), join(this.#directory.logs, node.name));
    }
    for (const router of this.#topology.routers) {
      symlinkSync(this.#directory.nodeLogs(router.name), join(this.#directory.logs, router.name));
    }
    this.#startRouters();
  }

  #startRouters(): void {
    for (const router of this.#topology.routers) {
      this.#signal.throwIfAborted();
      this.#record(startRouter(this.#directory, router, requirePlace(this.#state, router.name)));
    }
  }

  async #startApiServer(certificates: LabCertificates): Promise<Cluster> {
    const { name, nodes: labNodes, pool6, serviceCidr } = this.#topology;
    const master = labNodes.find((node) => node.role === 'control-plane');
    if (master === undefined) throw new WeftError('LAB_BAD_TOPOLOGY', 'Cannot build the lab: no control plane');
    const netns = `/proc/${requirePlace(this.#state, master.name).pid}/ns/net`;
    const process = this.#startWeft(
      'apiserver',
      [
        ...['lab', 'apiserver-process', '--data', this.#directory.database, '--netns', netns],
        ...['--kubelet-sockets', dirname(this.#directory.kubeletSocket('any'))],
        ...['--certificates', this.#directory.certificates, '--address', master.address],
        ...['--service-cidr', serviceCidr],
        ...(pool6 === undefined ? [] : ['--service-cidr', 'fd00:10:96::/112']),
      ],
      this.#port.fd,
    );
    // The API server has it now: with this copy open, the port would stay taken after its end.
    closeSync(this.#port.fd);
    const { ca } = certificates;
    await writeKubeconfig(this.#directory.kubeconfig, ca, {
      name,
      server: this.#state.server ?? '',
      user: 'kubernetes-admin',
      group: 'system:masters',
    });
    // Slow starters begin while the API server does: each waits for it by itself.
    const inside = `https://${master.address}:${apiServerPort}`;
    this.#startWeft('controllers', ['controllers', '--kubeconfig', this.#directory.kubeconfig, '--lab']);
    await Promise.all(labNodes.map((node) => this.#startKubelet(node, certificates, inside)));
    const cluster = await connectCluster({ kubeconfig: this.#directory.kubeconfig });
    await this.#untilAnswers(cluster, process);
    return cluster;
  }

  async #startKubelet(node: LabNode, certificates: LabCertificates, server: string): Promise<void> {
    const path = join(this.#directory.nodeRun(node.name), 'weft', 'kubeconfig');
    await writeKubeconfig(path, certificates.ca, {
      name: this.#topology.name,
      server,
      user: `system:node:${node.name}`,
      group: 'system:masters',
    });
    const { nodes: labNodes, pool6 } = this.#topology;
    const tainted = node.role === 'control-plane' && labNodes.length > 1;
    const command = [
      ...[weftLauncher(), 'lab', 'kubelet', '--node', node.name, '--role', node.role],
      ...['--address', node.address, ...(node.address6 === undefined ? [] : ['--address', node.address6])],
      ...['--backend', modeSettings(this.#topology).backend, '--service-host', '10.96.0.1'],
      ...(tainted ? ['--tainted'] : []),
      ...registration(node),
      ...(pool6 === undefined ? [] : ['--ipv6']),
    ];
    // The kubelet comes back by itself, like the service it stands for.
    const forever = ['sh', '-c', 'while :; do "$@"; sleep 0.5; done', 'weft-kubelet', ...command];
    this.#signal.throwIfAborted();
    const [program, ...args] = enterPlace(requirePlace(this.#state, node.name), forever);
    const logFile = join(this.#directory.nodeLogs(node.name), 'kubelet.log');
    this.#record({ kind: 'kubelet', place: node.name, ...startProgram(program, args, { logFile }) });
  }

  #startWeft(kind: 'apiserver' | 'controllers', args: readonly string[], inherit?: number): LabProcess {
    this.#signal.throwIfAborted();
    const logFile = join(this.#directory.logs, `${kind}.log`);
    // Killed, it comes back by itself, with the inherited socket; ended by an error of its own, it stays ended.
    const untilItEnds = 'while "$@"; [ $? -gt 128 ]; do sleep 0.2; done';
    const command = ['-c', untilItEnds, `weft-${kind}`, weftLauncher(), ...args];
    const process: LabProcess = {
      kind,
      ...startProgram('sh', command, { logFile, ...(inherit === undefined ? {} : { inherit }) }),
    };
    this.#record(process);
    return process;
  }

  async #untilAnswers(cluster: Cluster, process: LabProcess): Promise<void> {
    const end = performance.now() + 20_000;
    for (;;) {
      try {
        await cluster.list(nodes);
        return;
      } catch (error) {
        const log = join(this.#directory.logs, 'apiserver.log');
        const failed = !isRunning(process) || performance.now() > end;
        if (failed) {
          throw new WeftError('LAB_APISERVER', `Cannot start the API server: ${errorText(error)}, see ${log}`);
        }
      }
      await systemClock.sleep(25);
    }
  }

  async #untilReady(cluster: Cluster): Promise<void> {
    const wanted = this.#topology.nodes.map((node) => node.name);
    const end = performance.now() + readyLimitMs.first + readyLimitMs.each * wanted.length;
    for (;;) {
      const found = await cluster.list(nodes);
      const waiting = wanted.flatMap((name) => {
        const node = found.items.find((one) => one.metadata.name === name);
        const ready = node?.status?.conditions?.find((one) => one.type === 'Ready');
        return ready?.status === 'True' ? [] : [`${name}: ${ready?.message ?? 'not registered'}`];
      });
      if (waiting.length === 0) return;
      if (performance.now() > end) {
        throw new WeftError(
          'LAB_NOT_READY',
          `Cannot bring the lab up: ${waiting.join('; ')}; its logs were in ${this.#directory.logs}`,
        );
      }
      await systemClock.sleep(50);
    }
  }

  /** State is written at once: whatever happens next, `lab down` knows what to end. */
  #record(...processes: readonly LabProcess[]): void {
    this.#state = { ...this.#state, processes: [...this.#state.processes, ...processes] };
    writeLabState(this.#directory, this.#state);
  }
}

/** What a node says of itself from the first moment: its labels, its AS, its cluster of reflectors. */
function registration(node: LabNode): readonly string[] {
  const { asNumber, reflectorClusterId } = node;
  return [
    ...Object.entries(nodeLabels(node)).flatMap(([key, value]) => ['--label', `${key}=${value}`]),
    ...(asNumber === undefined ? [] : ['--as-number', String(asNumber)]),
    ...(reflectorClusterId === undefined ? [] : ['--reflector-cluster-id', reflectorClusterId]),
  ];
}

function hostsFile(topology: Topology): string {
  const lines = topology.nodes.map((node) => `${node.address} ${node.name}`);
  const routers = topology.routers.map((router) => `${router.legs[0]?.address} ${router.name}`);
  const outside = `${topology.outside.external} external`;
  const all = ['127.0.0.1 localhost', '::1 localhost ip6-localhost', ...lines, ...routers, outside];
  return `${all.join('\n')}\n`;
}
