import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BirdRoute } from '../../../src/bird/bird-route.ts';
import type { BirdSession } from '../../../src/bird/bird-session.ts';
import { parseProtocolsAll } from '../../../src/bird/parse-protocols-all.ts';
import { parseRoutes } from '../../../src/bird/parse-routes.ts';
import { askBird } from '../../../src/host/bird-control.ts';
import { addRouterAddress } from './bgp.ts';
import { type LabFixture, until } from './lab-fixture.ts';

/** What a router does differently for once, in BIRD's words. */
export interface OutsideRouterOptions {
  /** Lines of every session: `hold time 9;` */
  readonly session?: string;
  /** Instead of `export all;`. */
  readonly export?: string;
  /** Port of the nodes, 179 unless said otherwise. */
  readonly nodePort?: number;
  /** Routes of its own besides the usual ones. */
  readonly routes?: readonly string[];
}

/** Networks that the router announces. */
export const outsideNetworks = { 4: '198.51.100.0/24', 6: '2001:db8:100::/48' } as const;

/** A router of another AS that talks to all nodes in both IP versions and says what it hears; no packets go over it. */
export class OutsideRouter {
  readonly asNumber = 65_001;
  readonly address4: string;
  readonly address6: string;
  readonly #lab: LabFixture;
  readonly #folder: string;

  private constructor(lab: LabFixture) {
    const segment = lab.state.topology.segments[0];
    this.address4 = (segment?.gateway ?? '').replace(/\d+$/, '241');
    this.address6 = (segment?.gateway6 ?? '').replace(/[0-9a-f]+$/, '241');
    this.#lab = lab;
    this.#folder = mkdtempSync(join(tmpdir(), 'weft-outside-'));
  }

  static async start(lab: LabFixture): Promise<OutsideRouter> {
    const router = new OutsideRouter(lab);
    for (const address of [router.address4, router.address6]) await addRouterAddress(lab, address);
    router.#write({});
    const files = ['-c', router.#file('conf'), '-s', router.#file('ctl'), '-P', router.#file('pid')];
    await lab.on('router', 'bird', ...files);
    return router;
  }

  async stop(): Promise<void> {
    await askBird(this.#file('ctl'), 'down').catch(() => {});
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** From now on the router is as usual but for this. */
  async configure(options: OutsideRouterOptions = {}): Promise<void> {
    this.#write(options);
    await askBird(this.#file('ctl'), 'configure');
  }

  /** The router's side of the session with a node. */
  async session(node: string, family: 4 | 6 = 4): Promise<BirdSession | undefined> {
    return parseProtocolsAll(await askBird(this.#file('ctl'), 'show protocols all')).find(
      ({ name }) => name === `${node}_${family}`,
    );
  }

  /** What BIRD says of the session with a node, whole. */
  async sessionText(node: string, family: 4 | 6 = 4): Promise<string> {
    const reply = await askBird(this.#file('ctl'), `show protocols all ${node}_${family}`);
    return reply.lines.map(({ text }) => text).join('\n');
  }

  /** Waits until the sessions with these nodes stand. */
  async established(nodes: readonly string[], family: 4 | 6 = 4): Promise<void> {
    for (const node of nodes) {
      await until(
        `session of the router with ${node}, IPv${family}`,
        async () => ((await this.session(node, family))?.bgpState === 'Established' ? true : undefined),
        30_000,
      );
    }
  }

  /** What the nodes say of a network, by the node's name. */
  async heard(network: string): Promise<ReadonlyMap<string, BirdRoute>> {
    const family = network.includes(':') ? 6 : 4;
    const reply = await askBird(this.#file('ctl'), `show route table master${family} all`);
    const routes = parseRoutes(reply).filter(({ destination, source }) => destination === network && source === 'BGP');
    return new Map(routes.map((route) => [route.protocol.replace(/_[46]$/, ''), route]));
  }

  /** Waits until exactly these nodes tell of a network. */
  async hears(network: string, nodes: readonly string[]): Promise<ReadonlyMap<string, BirdRoute>> {
    let seen: readonly string[] = [];
    return until(`${network} from ${nodes.join(', ') || 'nobody'} at the router`, async () => {
      const heard = await this.heard(network);
      seen = [...heard.keys()].sort();
      return seen.join() === [...nodes].sort().join() ? heard : undefined;
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}; heard from: ${seen.join(', ') || 'nobody'}`);
    });
  }

  #file(suffix: string): string {
    return join(this.#folder, `bird.${suffix}`);
  }

  #write({ session = '', export: said = 'export all;', nodePort = 179, routes = [] }: OutsideRouterOptions): void {
    const { nodes } = this.#lab.state.topology;
    const sessions = nodes.flatMap(({ name, address, address6 }) =>
      ([4, 6] as const).flatMap((family) => {
        const [own, peer] = family === 4 ? [this.address4, address] : [this.address6, address6];
        if (peer === undefined) return [];
        return `protocol bgp ${name}_${family} {
  local ${own} as ${this.asNumber}; neighbor ${peer} port ${nodePort} external; multihop; strict bind on;
  connect delay time 1; connect retry time 2; error wait time 1,2; ${session}
  ipv${family} { import all; ${said} };
}
`;
      }),
    );
    const statics = ([4, 6] as const).map((family) => {
      const own = [outsideNetworks[family], ...routes.filter((one) => one.includes(':') === (family === 6))];
      return `protocol static { ipv${family}; ${own.map((one) => `route ${one} blackhole;`).join(' ')} }\n`;
    });
    const text = `router id ${this.address4};\nprotocol device { }\n${statics.join('')}${sessions.join('')}`;
    writeFileSync(this.#file('conf'), text);
  }
}
