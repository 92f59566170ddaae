import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { formatBirdConfiguration } from '../../src/bird/format.ts';
import { startTestBird, type TestBird } from '../../src/host/testing-bird.ts';
import { renderBirdConfiguration } from '../../src/render/bird-config.ts';
import type { BgpState } from '../../src/routing/bgp-state.ts';
import { ThrowawayNetns } from './throwaway-netns.ts';

/** Real BIRDs in network namespaces of their own, on one link: for tests of what our configuration makes BIRD do. */
export class BirdRouters {
  readonly #folder = mkdtempSync(join(tmpdir(), `weft-bird-${process.pid}-`));
  readonly #link = new ThrowawayNetns('birds');
  readonly #routers: BirdRouter[] = [];

  constructor() {
    this.#link.run('ip link add br0 type bridge && ip link set br0 up');
  }

  /** A host with these addresses (`192.168.122.20/24`) on its device eth0. */
  add(...addresses: readonly string[]): BirdRouter {
    const netns = new ThrowawayNetns('bird');
    const port = `port${this.#routers.length}`;
    netns.run(`ip link add eth0 type veth peer name ${port} netns ${this.#link.name}`);
    this.#link.run(`ip link set ${port} master br0 up`);
    for (const address of addresses)
      netns.run(`ip address add ${address} dev eth0 ${address.includes(':') ? 'nodad' : ''}`);
    netns.run('ip link set eth0 up');
    const router = new BirdRouter(netns, join(this.#folder, port));
    this.#routers.push(router);
    return router;
  }

  async remove(): Promise<void> {
    await Promise.all(this.#routers.map((router) => router.stop()));
    for (const router of this.#routers) router.netns.remove();
    this.#link.remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** One host of {@link BirdRouters}. */
export class BirdRouter {
  readonly netns: ThrowawayNetns;
  readonly #path: string;
  #bird: TestBird | undefined;

  constructor(netns: ThrowawayNetns, path: string) {
    this.netns = netns;
    this.#path = path;
  }

  /** Starts BIRD, or tells the running one about its new configuration: text, or a state to render. */
  async configure(what: string | BgpState, passwords: ReadonlyMap<string, string> = new Map()): Promise<void> {
    const text =
      typeof what === 'string' ? what : formatBirdConfiguration(renderBirdConfiguration(what, passwords)).text;
    writeFileSync(`${this.#path}.conf`, text);
    if (this.#bird === undefined) {
      const files = { configuration: `${this.#path}.conf`, socket: `${this.#path}.ctl` };
      this.#bird = await startTestBird(this.netns.name, files);
    } else {
      const reply = this.ask('configure');
      if (!/Reconfigur/.test(reply)) throw new Error(reply);
    }
  }

  /** What `birdc` prints. */
  ask(command: string): string {
    return execFileSync('birdc', ['-s', `${this.#path}.ctl`, command], { encoding: 'utf8', stdio: 'pipe' });
  }

  /** Networks in BIRD's table, each once, sorted: `protocol Mesh_10_0_0_1`, `filtered`, `table master6`. */
  routes(options = 'table master4'): readonly string[] {
    return [...new Set(this.ask(`show route ${options}`).match(/^[0-9a-f.:]+\/\d+/gm) ?? [])].sort();
  }

  /** The kernel's routes in words of ip(8), sorted, without what the kernel itself makes. */
  kernelRoutes(family: 4 | 6 = 4, options = 'proto bird'): readonly string[] {
    const text = this.netns.run(`ip -${family} route show ${options}`).replaceAll('\n\t', ' ');
    return text
      .split('\n')
      .map((line) => line.replaceAll(/ +/g, ' ').trim())
      .filter((line) => line !== '')
      .sort();
  }

  /** Waits until `check` does not throw. */
  async until(check: () => void, timeoutMs = 8000): Promise<void> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      try {
        return check();
      } catch (error) {
        if (performance.now() > end) throw new Error(`${error}\n${this.#bird?.log}`, { cause: error });
      }
      await delay(50);
    }
  }

  async stop(): Promise<void> {
    const bird = this.#bird;
    this.#bird = undefined;
    await bird?.end('SIGKILL');
  }
}
