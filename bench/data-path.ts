/**
 * TCP request-response between pods on two nodes, per mode: the lab's own data path beside the same topology built by
 * hand. Where the kernel has no ipip driver, the hand-built peer of IP-in-IP is the kernel's VXLAN (like with like, without
 * any rules, stands in encapsulation.ts).
 */
import { execFileSync } from 'node:child_process';
import { hasIpipDriver } from '../src/host/ipip-ebpf.ts';
import { printFigure } from './figure.ts';
import { type HandBuilt, type HandBuiltMode, handBuild } from './hand-built.ts';
import { labDown, labUp, weft } from './lab-command.ts';
import { measureRoundTrip, PingPongServer } from './ping-pong.ts';

const port = 7001;
const rounds = 7;

const manifest = ['client', 'server']
  .map((name, index) =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        nodeName: `node${index + 1}`,
        containers: [{ name: 'c', image: 'busybox', command: ['sleep', '100000'] }],
      },
    }),
  )
  .join('\n---\n');

export async function run(): Promise<void> {
  for (const mode of ['none', 'vxlan', 'ipip'] as const) await measureMode(mode);
}

async function measureMode(mode: HandBuiltMode): Promise<void> {
  const lab = `bench-${mode}-${process.pid}`;
  const peerMode = mode === 'ipip' && !hasIpipDriver() ? 'vxlan' : mode;
  const built: HandBuilt[] = [];
  const build = (prefix: string, masquerade: boolean) => {
    const peer = handBuild(`${prefix}${process.pid}-${mode}`, peerMode, { masquerade });
    built.push(peer);
    return peer;
  };
  const servers: PingPongServer[] = [];
  try {
    const bare = build('wb', false);
    const masquerading = build('wm', true);
    const address = await startPods(lab, mode);
    const enter = (pod: string) => [weft, 'exec', pod, '--name', lab, '--'];
    servers.push(await PingPongServer.start(enter('server'), address, port));
    for (const peer of [bare, masquerading]) {
      servers.push(await PingPongServer.start(peer.server, peer.serverAddress, port));
    }
    const times = { ours: [] as number[], bare: [] as number[], masquerading: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      times.ours.push(measureRoundTrip(enter('client'), address, port));
      times.bare.push(measureRoundTrip(bare.client, bare.serverAddress, port));
      times.masquerading.push(measureRoundTrip(masquerading.client, masquerading.serverAddress, port));
    }
    const beside = peerMode === mode ? 'by hand' : 'kernel VXLAN by hand';
    const row = { unit: 'us', ours: times.ours };
    printFigure({
      ...row,
      name: `TCP round trip, ${mode}, beside ${beside}`,
      peer: times.bare,
      goal: { atMost: peerMode === mode ? 1.08 : 1 },
    });
    printFigure({ ...row, name: `.. beside ${beside} with a masquerade rule`, peer: times.masquerading });
  } finally {
    for (const server of servers) server.stop();
    for (const peer of built) peer.remove();
    labDown(lab);
  }
}

/** A lab with a pod on each of two nodes; the server's address. */
async function startPods(lab: string, mode: HandBuiltMode): Promise<string> {
  const env = { ...process.env, KUBECONFIG: labUp(lab, '--nodes', '3', '--mode', mode) };
  execFileSync(weft, ['apply', '-f', '-'], { input: manifest, env, stdio: ['pipe', 'ignore', 'inherit'] });
  await podAddress('client', env);
  return podAddress('server', env);
}

async function podAddress(pod: string, environment: NodeJS.ProcessEnv): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const text = execFileSync(weft, ['get', 'pod', pod, '-o', 'json'], { encoding: 'utf8', env: environment });
    const { status } = JSON.parse(text) as { status?: { phase?: string; podIP?: string } };
    if (status?.phase === 'Running' && status.podIP) return status.podIP;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`Pod ${pod} is not running after 20 s`);
}

if (import.meta.main) await run();
