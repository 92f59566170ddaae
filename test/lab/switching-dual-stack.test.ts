import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EncapsulationMode } from '../../src/api/calico.ts';
import { ipPools } from '../../src/api/kinds.ts';
import { FlowProbe } from './support/flow-probe.ts';
import type { FlowFigures } from './support/flow-probe-figures.ts';
import { assertUnnoticed, flowText, longestGapMs } from './support/flow-verdict.ts';
import { LabFixture, until } from './support/lab-fixture.ts';
import type { IpRoute } from './support/scenarios.ts';

/** C1 for both families at once, and for tunnels that no node has had before: IPv6 has its own rules for routes. */
const families = [4, 6] as const;
let lab: LabFixture;
let probes: readonly FlowProbe[] = [];
let idleMs = 0;

before(async () => {
  lab = await LabFixture.start('switch6', '--mode', 'bgp', '--nodes', '2', '--ipv6');
  const [a, b] = await Promise.all([lab.run('a', 'master'), lab.run('b', 'node1')]);
  await routesAre('eth0 bird');
  probes = await Promise.all(families.map((family) => FlowProbe.start(lab.state, a, b, { family })));
  await take();
  await sleep(500);
  idleMs = Math.max(...(await take()).map(({ longestGapMs }) => longestGapMs));
});

after(async () => {
  await Promise.allSettled(probes.map((probe) => probe.stop()));
  await lab?.stop();
});

function take(): Promise<readonly FlowFigures[]> {
  return Promise.all(probes.map((probe) => probe.take()));
}

async function setPools(vxlanMode: EncapsulationMode): Promise<void> {
  for (const { metadata } of (await lab.cluster.list(ipPools)).items) {
    await lab.cluster.patch(ipPools, metadata.name, undefined, 'merge', { spec: { vxlanMode } });
  }
}

/** Waits until master has exactly one route to each of node1's blocks: by this device and protocol, nothing besides. */
async function routesAre(way: string): Promise<void> {
  const blocks = await until('blocks of both families', async () => {
    const found = await lab.blocks('node1');
    return found.length === 2 ? found : undefined;
  });
  await until(`routes "${way}"`, async () => {
    const all = await Promise.all(families.map((family) => lab.ip<IpRoute[]>('master', `-${family}`, 'route')));
    const pods = all.flat().filter(({ dst }) => /^(10\.24\.|fd00:10:24:)/.test(dst));
    const found = blocks.map((block) =>
      pods.filter(({ dst }) => dst === block).map(({ dev, protocol }) => `${dev} ${protocol}`.replace('-v6', '')),
    );
    // A metric of the way between is gone, too.
    const rest = pods.filter(({ metric }) => metric === 1023);
    return rest.length === 0 && found.every((routes) => routes.join() === way) ? true : undefined;
  });
}

const steps = [
  { name: 'BGP -> VXLAN, the first ever', mode: 'Always', way: 'vxlan.calico 80' },
  { name: 'VXLAN -> BGP', mode: 'Never', way: 'eth0 bird' },
  { name: 'BGP -> VXLAN, devices still there', mode: 'Always', way: 'vxlan.calico 80' },
  { name: 'VXLAN -> CrossSubnet', mode: 'CrossSubnet', way: 'eth0 80' },
  { name: 'CrossSubnet -> VXLAN', mode: 'Always', way: 'vxlan.calico 80' },
  { name: 'VXLAN -> BGP again', mode: 'Never', way: 'eth0 bird' },
] as const;
for (const { name, mode, way } of steps) {
  test(`dual stack: ${name} -> both families follow, no gap over ${longestGapMs} ms, no reset`, async () => {
    await take();
    await setPools(mode);
    await routesAre(way);
    await sleep(200);
    for (const [index, seen] of (await take()).entries()) {
      const what = `${name}, IPv${families[index]}`;
      console.log(`${what}: ${flowText(seen)}`);
      assertUnnoticed(seen, what, idleMs);
    }
  });
}
