import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BGPPeer } from '../../src/api/calico-bgp.ts';
import { bgpPeers, events, namespaces } from '../../src/api/kinds.ts';
import type { BirdSession } from '../../src/bird/bird-session.ts';
import { parseProtocolsAll } from '../../src/bird/parse-protocols-all.ts';
import { type BirdStatus, parseStatus } from '../../src/bird/parse-status.ts';
import { askBird } from '../../src/host/bird-control.ts';
import { type BirdFiles, birdCommand, writeFirstConfiguration } from '../../src/host/bird-daemon.ts';
import { eventually, sh, TestNode } from './test-node.ts';

/**
 * A {@link TestNode} with backend `bird`, and two routers at the other end of its wire: 192.0.2.1 is AS 64513 and has a
 * network, a default route and a route over the pool; 192.0.2.2 is AS 64514 and wants the password `s3cret`.
 */
export class BgpTestNode extends TestNode {
  readonly files: BirdFiles = {
    configuration: join(this.directory, 'bird', 'bird.cfg'),
    socket: join(this.directory, 'bird', 'ctl'),
  };
  readonly #running = new Set<ChildProcess>();
  #bird: ChildProcess | undefined;

  get agentArguments(): readonly string[] {
    return ['--backend', 'bird', '--bird-config', this.files.configuration, '--bird-socket', this.files.socket];
  }

  override async setUp(): Promise<void> {
    await super.setUp();
    await this.addNode('node1', '192.0.2.11');
    await this.addPool('pool4', { cidr: '10.24.0.0/16', natOutgoing: true, blockSize: 26 });
    await this.cluster.create(namespaces, { metadata: { name: 'kube-system' } }).catch(() => {});
    const router = this.netns('router');
    sh(`ip link set wire netns ${router}`);
    sh(`nsenter --net=${router} sh -c 'ip link set lo up; ip link set wire up; ip addr add 192.0.2.1/24 dev wire'`);
    sh(`nsenter --net=${router} ip addr add 192.0.2.2/24 dev wire`);
    const networks = ['203.0.113.0/24', '0.0.0.0/0', '10.0.0.0/8'].map((one) => `route ${one} blackhole;`).join(' ');
    this.#startRouter(router, { name: 'plain', ip: '192.0.2.1', as: 64_513, more: '', networks });
    this.#startRouter(router, {
      name: 'secret',
      ip: '192.0.2.2',
      as: 64_514,
      more: 'password "s3cret";',
      networks: '',
    });
  }

  override async tearDown(): Promise<void> {
    for (const child of this.#running) await this.#end(child);
    await super.tearDown();
  }

  startBird(): void {
    writeFirstConfiguration(this.files);
    this.#bird = this.#start(birdCommand(this.files));
  }

  async killBird(): Promise<void> {
    if (this.#bird !== undefined) await this.#end(this.#bird);
  }

  async session(name: string): Promise<BirdSession | undefined> {
    const protocols = parseProtocolsAll(await askBird(this.files.socket, 'show protocols all'));
    return protocols.find((one) => one.name === name);
  }

  async status(): Promise<BirdStatus> {
    return parseStatus(await askBird(this.files.socket, 'show status'));
  }

  async established(name: string): Promise<void> {
    await eventually(`session ${name}`, async () => (await this.session(name))?.bgpState === 'Established', 8000);
  }

  get reasons(): string {
    return this.agent?.readiness.text() ?? '';
  }

  /** `OBJECT: MESSAGE` of all events with this reason. */
  async notes(reason: string): Promise<readonly string[]> {
    const { items } = await this.cluster.list(events);
    const own = items.filter((event) => event.reason === reason);
    return own.map((event) => `${event.involvedObject.name}: ${event.message}`);
  }

  async metrics(): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.agent?.ports.metrics}/metrics`)).text();
  }

  async debug(view: 'desired' | 'status'): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.agent?.ports.health}/debug/${view}`)).text();
  }

  async addPeer(name: string, spec: BGPPeer['spec']): Promise<void> {
    await this.cluster.create(bgpPeers, { metadata: { name }, spec });
  }

  #startRouter(
    netns: string,
    router: {
      readonly name: string;
      readonly ip: string;
      readonly as: number;
      readonly more: string;
      readonly networks: string;
    },
  ): void {
    const { name, ip, as, more, networks } = router;
    const config = `router id ${ip}; protocol device {} protocol static { ipv4; ${networks} }
      protocol bgp { local ${ip} as ${as}; neighbor 192.0.2.11 as 64512; multihop; strict bind on; ${more}
        connect delay time 1; connect retry time 1; error wait time 1,2; ipv4 { import all; export all; }; }`;
    const file = join(this.directory, `${name}.cfg`);
    writeFileSync(file, config);
    this.#start(['nsenter', `--net=${netns}`, 'bird', '-f', '-c', file, '-s', join(this.directory, `${name}.ctl`)]);
  }

  #start(command: readonly string[]): ChildProcess {
    const [program = '', ...rest] = command;
    const child = spawn(program, rest, { stdio: ['ignore', 'ignore', 'ignore'] });
    this.#running.add(child);
    child.once('exit', () => this.#running.delete(child));
    return child;
  }

  async #end(child: ChildProcess): Promise<void> {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }
}
