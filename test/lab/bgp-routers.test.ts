import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Pod } from '../../src/api/core.ts';
import type { LabRouter, RouterSoftware } from '../../src/lab/lab-router.ts';
import { softwareEnvironment } from '../../src/lab/router-software.ts';
import { birdc, tryBirdc, untilStanding } from './support/bgp.ts';
import { ipOf, LabFixture, until } from './support/lab-fixture.ts';
import type { IpRoute } from './support/scenarios.ts';

const nodes = ['master', 'node1'] as const;

/** A lab with one router of each software on the nodes' own network, and a pod on each node. */
class RouterLab {
  readonly lab: LabFixture;
  readonly pods: readonly Pod[];

  private constructor(lab: LabFixture, pods: readonly Pod[]) {
    this.lab = lab;
    this.pods = pods;
  }

  static async start(suffix: string, routers: readonly Readonly<Record<string, unknown>>[]): Promise<RouterLab> {
    const lab = await LabFixture.startFrom(suffix, { mode: 'bgp', nodes: 2, routers });
    return new RouterLab(lab, await Promise.all(nodes.map((node) => lab.run(`on-${node}`, node))));
  }

  router(name: string): LabRouter {
    const found = this.lab.state.topology.routers.find((one) => one.name === name);
    assert.ok(found, name);
    return found;
  }

  /** A command of the router's own software, in its place. */
  async ask(name: string, ...command: readonly string[]): Promise<string> {
    const settings = Object.entries(softwareEnvironment(this.router(name).software));
    return this.lab.on(name, 'env', ...settings.map(([key, value]) => `${key}=${value}`), ...command);
  }

  /** The routes of a place to a network, as the kernel has them: `VIA protocol`. */
  async routesTo(place: string, network: string): Promise<readonly string[]> {
    const routes = await this.lab.ip<IpRoute[]>(place, 'route', 'show', network);
    return routes.map((one) => `${one.gateway} ${one.protocol}`);
  }

  async untilRoute(place: string, network: string, expected: string): Promise<void> {
    let seen: readonly string[] = [];
    await until(`${place} has ${network} via ${expected}`, async () => {
      seen = await this.routesTo(place, network);
      return seen.length === 1 && seen[0] === expected ? true : undefined;
    }).catch((error: unknown) => assert.fail(`${String(error)}; found: ${seen.join(', ') || 'nothing'}`));
  }
}

/** Asks a router in its own words about its session with an address: what must be in the answer when it is up. */
const questions: Readonly<
  Record<RouterSoftware, { readonly ask: (peer: string, node: string) => readonly string[]; readonly up: RegExp }>
> = {
  bird: { ask: (_peer, node) => ['birdc', 'show', 'protocols', `to_${node}`], up: /Established/ },
  bird1: { ask: (_peer, node) => ['birdc', 'show', 'protocols', `to_${node}`], up: /Established/ },
  frr: { ask: (peer) => ['vtysh', '-c', `show bgp neighbors ${peer}`], up: /BGP state = Established/ },
  gobgp: { ask: (peer) => ['gobgp', 'neighbor', peer], up: /BGP state = ESTABLISHED/ },
  // It has no command for that; it logs the connection and says nothing more while it holds.
  exabgp: { ask: () => ['cat', '/run/weft/logs/exabgp.log'], up: /connected to .*outgoing/ },
};
/** How a route of a software is marked in its own kernel table. */
const protocols: Readonly<Record<RouterSoftware, string>> = {
  bird: 'bird',
  bird1: 'bird',
  frr: 'bgp',
  gobgp: 'bgp',
  exabgp: 'bgp',
};
const softwares = ['bird', 'bird1', 'frr', 'gobgp', 'exabgp'] as const;
const stubOf = (software: RouterSoftware) => `172.20.${softwares.indexOf(software) + 1}`;

describe('routers of another AS beside a mesh', () => {
  let world: RouterLab;
  before(async () => {
    const extra: Readonly<Record<string, object>> = {
      bird: { bfd: true },
      bird1: { password: 'secret-1.6' },
      frr: { bfd: true, password: 'secret-frr' },
    };
    const routers = softwares.map((software, index) => ({
      ...{ name: software, software, as: 65001 + index, announce: [`${stubOf(software)}.0/24`] },
      ...extra[software],
    }));
    world = await RouterLab.start('routers', routers);
  });
  after(() => world?.lab.stop());

  for (const software of softwares) testRouter(() => world, software, true);

  test('BFD: sessions with the routers that have it -> up on the node and on the router', async () => {
    for (const software of ['bird', 'frr'] as const) {
      const address = world.router(software).legs[0]?.address ?? '';
      await until(`BFD with ${software}`, async () => {
        const found = await birdc(world.lab, 'node1', 'show', 'bfd', 'sessions');
        return new RegExp(`^${address.replaceAll('.', '\\.')}\\s.*\\bUp\\b`, 'm').test(found) ? true : undefined;
      });
    }
    assert.match(await world.ask('frr', 'vtysh', '-c', 'show bfd peers brief'), /192\.168\.122\.21 +up/i);
  });
});

describe('route reflectors instead of a mesh', () => {
  let world: RouterLab;
  before(async () => {
    // ExaBGP keeps no table and passes nothing on: it can be a peer of this AS, not a reflector.
    const routers = softwares.map((software) => ({
      ...{ name: software, software, announce: [`${stubOf(software)}.0/24`] },
      ...(software === 'exabgp' ? { as: 64512 } : { reflector: true }),
    }));
    world = await RouterLab.start('reflectors', routers);
  });
  after(() => world?.lab.stop());

  test('nodes: no session with each other', async () => {
    assert.doesNotMatch(await birdc(world.lab, 'node1', 'show', 'protocols'), /Mesh_/);
    await untilStanding(world.lab, 'node1', softwares.length);
  });

  for (const software of softwares) testRouter(() => world, software, false);

  for (const software of softwares.filter((one) => one !== 'exabgp')) {
    test(`${software} alone: reflects blocks, next hop is the other node; packets flow both ways`, async () => {
      const others = softwares.filter((one) => one !== software);
      const name = (one: RouterSoftware) => `*_${(world.router(one).legs[0]?.address ?? '').replaceAll('.', '_')}`;
      await untilStanding(world.lab, 'node1', softwares.length);
      for (const other of others) await birdc(world.lab, 'node1', 'disable', `"${name(other)}"`);
      try {
        const [block = ''] = await world.lab.blocks('master');
        await until(`only ${software} tells node1 of ${block}`, async () => {
          const routes = await tryBirdc(world.lab, 'node1', 'show', 'route', block);
          return routes.stdout.match(/ from \S+\]/g)?.length === 1 ? true : undefined;
        });
        await world.untilRoute('node1', block, `${world.lab.address('master')} bird`);
        const [there, here] = world.pods;
        assert.ok(there && here);
        await world.lab.in(here, 'ping', '-c1', '-W2', ipOf(there));
        await world.lab.in(there, 'ping', '-c1', '-W2', ipOf(here));
      } finally {
        for (const other of others) await birdc(world.lab, 'node1', 'enable', `"${name(other)}"`);
      }
    });
  }
});

describe('examples/lab-rack.yaml', () => {
  let lab: LabFixture;
  let here: Pod;
  let there: Pod;
  before(async () => {
    const file = fileURLToPath(new URL('../../examples/lab-rack.yaml', import.meta.url));
    lab = await LabFixture.start('rack', '--file', file);
    [here, there] = await Promise.all([lab.run('here', 'node1'), lab.run('there', 'node3')]);
  });
  after(() => lab?.stop());

  const gatewayTo = async (place: string, network = '') =>
    (await lab.ip<IpRoute[]>(place, 'route', 'show', network))[0]?.gateway;

  test('routers of the racks: own nodes directly, blocks of the other rack by its router', async () => {
    const spine = (name: string) => lab.state.topology.routers.find((one) => one.name === name)?.legs[1]?.address;
    for (const [tor, node, gateway] of [
      ['tor1', 'node1', lab.address('node1')],
      ['tor1', 'node3', spine('tor2')],
      ['tor2', 'node3', lab.address('node3')],
      ['tor2', 'node1', spine('tor1')],
    ] as const) {
      const [block = ''] = await lab.blocks(node);
      await until(`${tor} has ${node} by ${gateway}`, async () =>
        (await gatewayTo(tor, block)) === gateway ? true : undefined,
      );
    }
  });

  test('nodes: tunnels of the agent between the racks, networks of both routers by the own one', async () => {
    const [block = ''] = await lab.blocks('node3');
    assert.match(await lab.on('node1', 'ip', 'route', 'show', block), /dev tunl0 proto 80/);
    const tor1 = lab.state.topology.routers.find((one) => one.name === 'tor1')?.legs[0]?.address;
    for (const network of ['172.20.1.0/24', '172.20.2.0/24']) {
      await until(`node1 has ${network}`, async () =>
        (await gatewayTo('node1', network)) === tor1 ? true : undefined,
      );
    }
  });

  test('packets: pod to pod across the racks, pod to the network behind the other rack, router to pod', async () => {
    await lab.in(here, 'ping', '-c1', '-W2', ipOf(there));
    await lab.in(there, 'ping', '-c1', '-W2', ipOf(here));
    await lab.in(here, 'ping', '-c1', '-W2', '172.20.2.1');
    await lab.on('tor1', 'ping', '-c1', '-W2', ipOf(there));
  });
});

function testRouter(world: () => RouterLab, software: RouterSoftware, external: boolean): void {
  const kind = external ? 'eBGP' : 'iBGP';
  test(`${software}, ${kind}: session up as both sides see it`, async () => {
    const { lab } = world();
    const address = world().router(software).legs[0]?.address ?? '';
    for (const node of nodes) {
      const name = `Node_${address.replaceAll('.', '_')}`;
      assert.match(await birdc(lab, node, 'show', 'protocols', name), /Established/);
      const { ask, up } = questions[software];
      assert.match(await world().ask(software, ...ask(lab.address(node), node)), up);
    }
  });

  test(`${software}, ${kind}: exactly the nodes' blocks at the router, each by its own node`, async () => {
    const { lab } = world();
    for (const node of nodes) {
      const [block = ''] = await lab.blocks(node);
      await world().untilRoute(software, block, `${lab.address(node)} ${protocols[software]}`);
    }
    const routes = await lab.ip<IpRoute[]>(software, 'route');
    const ofPool = routes.filter((one) => one.dst.startsWith('10.24.')).map((one) => one.dst);
    const blocks = (await Promise.all(nodes.map((node) => lab.blocks(node)))).flat();
    assert.deepEqual(ofPool.toSorted(), blocks.toSorted());
  });

  test(`${software}, ${kind}: its network at the nodes, by the router, metric 1024`, async () => {
    const address = world().router(software).legs[0]?.address ?? '';
    for (const node of nodes) {
      await world().untilRoute(node, `${stubOf(software)}.0/24`, `${address} bird`);
      assert.match(await world().lab.on(node, 'ip', 'route', 'show', `${stubOf(software)}.0/24`), /metric 1024/);
    }
  });

  test(`${software}, ${kind}: packets from pods to its network and back, TTL of one router`, async () => {
    const { lab, pods } = world();
    for (const pod of pods) {
      const reply = await lab.in(pod, 'ping', '-c1', '-W2', `${stubOf(software)}.1`);
      assert.match(reply, /ttl=63 /);
      await lab.on(software, 'ping', '-c1', '-W2', '-I', `${stubOf(software)}.1`, ipOf(pod));
    }
  });
}
