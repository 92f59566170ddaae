import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, type AgentParts } from '../../src/agent/agent.ts';
import { readOptions } from '../../src/agent/options.ts';
import type { IPPool } from '../../src/api/calico.ts';
import type { CniRequest, CniResponse, CniResult } from '../../src/api/cni-exchange.ts';
import { ipPools, nodes, pods } from '../../src/api/kinds.ts';
import { type ApiServer, startApiServer } from '../../src/apiserver/server.ts';
import { createLogger } from '../../src/base/log.ts';
import { connectCluster } from '../../src/datastore/connect-cluster.ts';
import type { HttpCluster } from '../../src/datastore/http-cluster.ts';
import { systemClock } from '../../src/datastore/system-clock.ts';
import { createNetns, deleteNetns } from '../../src/host/netns.ts';

/** Runs a command line of plain words and returns what it prints. */
export function sh(command: string): string {
  return execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Waits until `look` returns something truthy; the last error or value is in the failure. */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  withinMs = 5000,
): Promise<NonNullable<T>> {
  const end = performance.now() + withinMs;
  let last: unknown;
  while (performance.now() < end) {
    try {
      const value = await look();
      if (value) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    await sleep(10);
  }
  throw new Error(
    `${what}: not within ${withinMs} ms, last: ${last instanceof Error ? last.stack : JSON.stringify(last)}`,
  );
}

/**
 * A node in the namespace of the calling process: eth0 with an address, an API server on a unix socket, and an agent that
 * can be stopped and started. Only for throw-away namespaces.
 */
export class TestNode {
  readonly directory = mkdtempSync(join(tmpdir(), `weft-agent-${process.pid}-`));
  readonly lines: string[] = [];
  readonly #netns: string[] = [];
  server: ApiServer | undefined;
  cluster!: HttpCluster;
  agent: Agent | undefined;
  /** For agents that are started afterwards: shorter times where a test waits for their end. */
  handOver: AgentParts['handOver'];

  get kubeconfig(): string {
    return join(this.directory, 'kubeconfig');
  }

  get run(): string {
    return join(this.directory, 'run');
  }

  async setUp(): Promise<void> {
    sh('ip link set lo up; ip link add eth0 type veth peer name wire; ip addr add 192.0.2.11/24 dev eth0');
    sh('ip link set eth0 up; ip link set wire up; ip route add default via 192.0.2.1');
    const server = `unix://${join(this.directory, 'api.sock')}`;
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster: { server } }],
      users: [{ name: 'test', user: {} }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
      'current-context': 'test',
    };
    writeFileSync(this.kubeconfig, JSON.stringify(config));
    await this.startServer();
    this.cluster = await connectCluster({ kubeconfig: this.kubeconfig });
  }

  async startServer(): Promise<void> {
    this.server = await startApiServer({
      data: join(this.directory, 'api.db'),
      listen: [{ unix: join(this.directory, 'api.sock') }],
    });
  }

  async stopServer(): Promise<void> {
    await this.server?.stop();
    this.server = undefined;
  }

  async addNode(name: string, internalIp: string, annotations: Readonly<Record<string, string>> = {}): Promise<void> {
    const metadata = { name, annotations };
    const node = await this.cluster.create(nodes, { metadata });
    const addresses = [{ type: 'InternalIP', address: internalIp }];
    await this.cluster.updateStatus(nodes, { ...node, status: { addresses } });
  }

  async addPool(name: string, spec: IPPool['spec']): Promise<void> {
    await this.cluster.create(ipPools, { metadata: { name }, spec });
  }

  async addPod(name: string, annotations: Readonly<Record<string, string>> = {}): Promise<void> {
    const spec = { nodeName: 'node1', containers: [{ name: 'main', image: 'nginx' }] };
    await this.cluster.create(pods, { metadata: { name, namespace: 'default', annotations }, spec });
  }

  /** Started with these arguments on top of those of the test; resolves at once. */
  async startAgent(...argv: string[]): Promise<Agent> {
    const options = readOptions(
      [
        ...['--node', 'node1', '--run-directory', this.run, '--state-directory', join(this.directory, 'state')],
        ...['--cni-config-directory', join(this.directory, 'net.d'), '--cni-plugin-directory', this.directory],
        ...['--health-port', '0', '--metrics-port', '0', '--kubeconfig', this.kubeconfig, '--log-level', 'debug'],
        ...argv,
      ],
      { FELIX_PROMETHEUSMETRICSHOST: '127.0.0.1' },
      'host',
    );
    const log = createLogger((line) => void this.lines.push(line), Date.now, options.logLevel);
    const cluster = await connectCluster({ kubeconfig: this.kubeconfig });
    const { handOver } = this;
    const agent = new Agent({ options, cluster, clock: systemClock, random: Math.random, log, handOver });
    await agent.start(new AbortController().signal);
    this.agent = agent;
    return agent;
  }

  async startReadyAgent(...argv: string[]): Promise<Agent> {
    const agent = await this.startAgent(...argv);
    await eventually('agent ready', () => agent.readiness.ready || Promise.reject(new Error(agent.readiness.text())));
    return agent;
  }

  async stopAgent(): Promise<void> {
    await this.agent?.stop();
    this.agent = undefined;
  }

  /** A network namespace for a pod. */
  netns(name: string): string {
    const path = join(this.directory, 'netns', name);
    createNetns(path);
    this.#netns.push(path);
    return path;
  }

  dropNetns(path: string): void {
    deleteNetns(path);
  }

  /** One request as the plugin sends it. */
  request(request: Partial<CniRequest> & Pick<CniRequest, 'command'>): Promise<CniResponse> {
    const whole: CniRequest = { args: {}, config: { name: 'k8s-pod-network', cniVersion: '1.0.0' }, ...request };
    return new Promise((resolve, reject) => {
      const socket = connect(join(this.run, 'agent.sock'));
      let text = '';
      socket.setEncoding('utf8');
      socket.once('error', reject);
      socket.on('data', (chunk: string) => {
        text += chunk;
      });
      socket.once('close', () => {
        // An agent that was killed says nothing, or half.
        try {
          resolve(JSON.parse(text) as CniResponse);
        } catch (error) {
          reject(error);
        }
      });
      socket.write(`${JSON.stringify(whole)}\n`);
    });
  }

  podRequest(
    command: CniRequest['command'],
    pod: string,
    containerId: string,
    netns?: string,
    more: Partial<CniRequest> = {},
  ): Promise<CniResponse> {
    const args = { K8S_POD_NAMESPACE: 'default', K8S_POD_NAME: pod, ...more.args };
    const place = netns === undefined ? {} : { netns };
    return this.request({ command, containerId, ifName: 'eth0', ...place, ...more, args });
  }

  /** ADD that must succeed. */
  async add(pod: string, containerId: string, netns: string, more: Partial<CniRequest> = {}): Promise<CniResult> {
    const response = await this.podRequest('ADD', pod, containerId, netns, more);
    if (!response.ok || response.result === undefined) throw new Error(JSON.stringify(response));
    return response.result;
  }

  /** A request that must be refused. */
  async refused(response: Promise<CniResponse>): Promise<{ readonly code: number; readonly msg: string }> {
    const answer = await response;
    if (answer.ok) throw new Error(`not refused: ${JSON.stringify(answer)}`);
    return answer.error;
  }

  async tearDown(): Promise<void> {
    await this.stopAgent();
    this.cluster?.close();
    await this.stopServer();
    for (const path of this.#netns) deleteNetns(path);
    // The pins of the eBPF tunnel are a mount inside.
    sh(`umount -l ${this.run}/bpf 2>/dev/null || true`);
    rmSync(this.directory, { recursive: true, force: true });
  }
}
