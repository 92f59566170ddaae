import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Pod } from '../../../src/api/core.ts';
import { ipamBlocks, nodes, pods } from '../../../src/api/kinds.ts';
import { connectCluster } from '../../../src/datastore/connect-cluster.ts';
import type { HttpCluster } from '../../../src/datastore/http-cluster.ts';
import { capturePackets } from '../../../src/lab/capture-packets.ts';
import { labDirectory } from '../../../src/lab/directory.ts';
import { enterPlace } from '../../../src/lab/enter-place.ts';
import { enterPod } from '../../../src/lab/enter-pod.ts';
import { type LabState, requireLab, requirePlace } from '../../../src/lab/lab-state.ts';
import { type Captured, runCaptured } from '../../../src/lab/run-captured.ts';

/** The launcher of this checkout. */
export const weft = fileURLToPath(new URL('../../../weft', import.meta.url));

/** Runs `weft ...` and returns what it printed and its status. */
export function runWeft(...args: readonly string[]): Promise<Captured> {
  return runCaptured([weft, ...args], 90_000);
}

/** A whole lab, brought up by the command line as a person does. */
export class LabFixture {
  readonly name: string;
  readonly state: LabState;
  readonly cluster: HttpCluster;

  private constructor(name: string, cluster: HttpCluster) {
    this.name = name;
    this.state = requireLab(name);
    this.cluster = cluster;
  }

  /** `weft lab up` with a name of its own. */
  static async start(suffix: string, ...options: readonly string[]): Promise<LabFixture> {
    const name = `t${process.pid}-${suffix}`;
    const up = await runWeft('lab', 'up', '--name', name, ...options);
    assert.equal(up.status, 0, up.stderr);
    return new LabFixture(name, await connectCluster({ kubeconfig: labDirectory(name).kubeconfig }));
  }

  /** `weft lab up --file` with a lab.yaml of this content. */
  static async startFrom(suffix: string, content: Readonly<Record<string, unknown>>): Promise<LabFixture> {
    const folder = mkdtempSync(join(tmpdir(), 'weft-lab-file-'));
    try {
      const file = join(folder, 'lab.yaml');
      // JSON is YAML.
      writeFileSync(file, JSON.stringify(content));
      return await LabFixture.start(suffix, '--file', file);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  async stop(): Promise<void> {
    const down = await runWeft('lab', 'down', '--name', this.name);
    assert.equal(down.status, 0, down.stderr);
  }

  /** `weft ...` against this lab's cluster. */
  weft(...args: readonly string[]): Promise<Captured> {
    return runWeft(...args, '--kubeconfig', labDirectory(this.name).kubeconfig);
  }

  /** Runs a command on a node (or router, external); it must succeed. */
  async on(place: string, ...command: readonly string[]): Promise<string> {
    const result = await this.tryOn(place, ...command);
    assert.equal(result.status, 0, `${place}: ${command.join(' ')}: ${result.stderr || result.stdout}`);
    return result.stdout;
  }

  tryOn(place: string, ...command: readonly string[]): Promise<Captured> {
    return runCaptured(enterPlace(requirePlace(this.state, place), command));
  }

  /** Runs a command in a pod; it must succeed. */
  async in(pod: Pod, ...command: readonly string[]): Promise<string> {
    const result = await runCaptured(enterPod(this.state, pod, undefined, command));
    assert.equal(result.status, 0, `${pod.metadata.name}: ${command.join(' ')}: ${result.stderr || result.stdout}`);
    return result.stdout;
  }

  /** `ip -j ...` on a node. */
  async ip<T>(place: string, ...words: readonly string[]): Promise<T> {
    return JSON.parse((await this.on(place, 'ip', '-j', ...words)) || '[]') as T;
  }

  /** Decoded packets on a device while something happens. */
  capture(
    place: string,
    device: string,
    filter: string,
    count: number,
    during: () => Promise<unknown>,
    flags?: readonly string[],
  ): Promise<string> {
    const options = { init: requirePlace(this.state, place), device, filter, count };
    return capturePackets({ ...options, ...(flags === undefined ? {} : { flags }) }, during);
  }

  /**
   * Creates a pod on a node (where the scheduler wants it, when absent) and waits until it is Ready. Without a command it
   * is the built-in server on port 80.
   */
  async run(
    name: string,
    node?: string,
    extra: Partial<Pod['spec']> = {},
    { namespace = 'default', labels = {} }: Pick<Pod['metadata'], 'namespace' | 'labels'> = {},
  ): Promise<Pod> {
    await this.cluster.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, labels },
      spec: {
        ...(node === undefined ? {} : { nodeName: node }),
        containers: [{ name: 'main', image: 'nginx' }],
        ...extra,
      },
    });
    return this.ready(name, namespace);
  }

  async ready(name: string, namespace = 'default'): Promise<Pod> {
    return until(`pod ${name} Ready`, async () => {
      const pod = await this.cluster.get(pods, name, namespace);
      return pod?.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ? pod : undefined;
    });
  }

  /** The node's own blocks. */
  async blocks(node: string): Promise<readonly string[]> {
    const { items } = await this.cluster.list(ipamBlocks);
    return items.filter((block) => block.spec.affinity === `host:${node}`).map((block) => block.spec.cidr);
  }

  async annotation(node: string, name: string): Promise<string> {
    const found = await this.cluster.get(nodes, node);
    return found?.metadata.annotations?.[`projectcalico.org/${name}`] ?? '';
  }

  /** Sends a signal to a node's agent, once there is one: its keeper may be about to start it again. */
  async signalAgent(node: string, signal: 'KILL' | 'STOP' | 'CONT'): Promise<void> {
    const file = join(labDirectory(this.name).nodeRun(node), 'weft', 'kubelet', 'agent.json');
    await until(`an agent on ${node}`, async () => {
      const { pid } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number };
      const { status } = await this.tryOn(node, 'kill', `-${signal}`, String(pid));
      return status === 0 ? true : undefined;
    });
  }

  address(node: string): string {
    return this.state.topology.nodes.find((one) => one.name === node)?.address ?? '';
  }
}

/** The pod's first address. */
export function ipOf(pod: Pod): string {
  return pod.status?.podIP ?? '';
}

/** Waits until `look` finds something; fails with `what` after ten seconds. */
export async function until<T>(what: string, look: () => Promise<T | undefined>, limitMs = 10_000): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    assert.ok(performance.now() < end, `waited ${limitMs} ms in vain for: ${what}`);
    await sleep(50);
  }
}
