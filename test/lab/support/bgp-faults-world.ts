import assert from 'node:assert/strict';
import type { BGPFilter, BGPPeer } from '../../../src/api/calico-bgp.ts';
import type { Event } from '../../../src/api/core.ts';
import { bgpFilters, bgpPeers, events } from '../../../src/api/kinds.ts';
import type { NodeReport, ReportedSession } from '../../../src/cli/node/node-report.ts';
import { labDirectory } from '../../../src/lab/directory.ts';
import { addRouterAddress } from './bgp.ts';
import { FlowProbe } from './flow-probe.ts';
import { LabFixture, runWeft, until } from './lab-fixture.ts';
import type { IpRoute } from './scenarios.ts';

/** A lab of two nodes with BGP whose router's place has room for peers of all kinds, and traffic that must not stop. */
export class BgpFaultsWorld {
  readonly lab: LabFixture;
  readonly flow: FlowProbe;

  private constructor(lab: LabFixture, flow: FlowProbe) {
    this.lab = lab;
    this.flow = flow;
  }

  static async start(suffix: string): Promise<BgpFaultsWorld> {
    const lab = await LabFixture.start(suffix, '--mode', 'bgp', '--nodes', '2');
    try {
      const [from, to] = await Promise.all([lab.run('from', 'master'), lab.run('to', 'node1')]);
      // The ticker's own pace is not measured here: one that leaves the machine's processors to others will do.
      const flow = await FlowProbe.start(lab.state, from, to, { tickMs: 50, limitMs: 300_000 });
      return new BgpFaultsWorld(lab, flow);
    } catch (error) {
      await lab.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.lab.stop();
  }

  /** An address of the nodes' network that no node has; of the router from now on when `taken`. */
  async address(host: number, taken: boolean): Promise<string> {
    const gateway = this.lab.state.topology.segments[0]?.gateway ?? '';
    const address = gateway.replace(/\d+$/, String(host));
    if (taken) await addRouterAddress(this.lab, address);
    return address;
  }

  /** A BGPPeer of node1. */
  async peer(name: string, spec: BGPPeer['spec']): Promise<void> {
    await this.lab.cluster.create(bgpPeers, { metadata: { name }, spec: { node: 'node1', ...spec } });
  }

  async change(name: string, spec: Partial<BGPPeer['spec']>): Promise<void> {
    await this.lab.cluster.patch(bgpPeers, name, undefined, 'merge', { spec });
  }

  async filter(name: string, importV4: BGPFilter['spec']['importV4'] & object): Promise<void> {
    await this.lab.cluster.create(bgpFilters, { metadata: { name }, spec: { importV4 } });
  }

  /** What node1 says of its BGP. */
  async report(node = 'node1'): Promise<NodeReport> {
    const { kubeconfig } = labDirectory(this.lab.name);
    const { status, stdout, stderr } = await runWeft(
      ...['node', 'status', '--node', node, '-o', 'json', '--kubeconfig', kubeconfig],
    );
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout).nodes[0] as NodeReport;
  }

  /** Waits until node1 says what is expected of the session with this peer (`undefined`: there is none). */
  session(
    peerIP: string,
    what: string,
    fits: (session: ReportedSession | undefined) => boolean,
    limitMs = 20_000,
  ): Promise<NodeReport> {
    return this.reported(what, ({ sessions }) => fits(sessions.find((one) => one.peerIP === peerIP)), limitMs);
  }

  /** Waits until what node1 says fits; a time out shows what it said last. */
  async reported(what: string, fits: (report: NodeReport) => boolean, limitMs = 20_000): Promise<NodeReport> {
    let last: NodeReport | undefined;
    try {
      return await until(
        what,
        async () => {
          last = await this.report();
          return fits(last) ? last : undefined;
        },
        limitMs,
      );
    } catch (error) {
      assert.fail(`${error instanceof Error ? error.message : error}: ${JSON.stringify(last, undefined, 1)}`);
    }
  }

  established(peerIP: string): Promise<NodeReport> {
    return this.session(peerIP, `session with ${peerIP}`, (session) => session?.state === 'Established');
  }

  /** Waits for an event of the object. */
  event(name: string, reason: string, text: RegExp, limitMs = 10_000): Promise<Event> {
    return until(
      `event ${reason} ${text} of ${name}`,
      async () => {
        const { items } = await this.lab.cluster.list(events);
        return items.find(
          (event) => event.involvedObject.name === name && event.reason === reason && text.test(event.message ?? ''),
        );
      },
      limitMs,
    );
  }

  /** The networks that BIRD has put into the kernel of a node. */
  async learned(node = 'node1'): Promise<readonly string[]> {
    return (await this.lab.ip<IpRoute[]>(node, 'route', 'show', 'proto', 'bird')).map(({ dst }) => dst).sort();
  }

  async untilLearned(what: string, fits: (networks: readonly string[]) => boolean, node?: string): Promise<void> {
    await until(what, async () => (fits(await this.learned(node)) ? true : undefined));
  }
}
