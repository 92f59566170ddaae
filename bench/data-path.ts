/**
 * TCP request-response between pods on two nodes, per mode: the lab's own data path beside the same topology built by
 * hand. Where the kernel has no ipip driver, the hand-built peer of IP-in-IP is the kernel's VXLAN.
 */
import { execFileSync } from 'node:child_process';
import { hasIpipDriver } from '../src/host/ipip-ebpf.ts';
import { printFigure } from './figure.ts';
import { type HandBuiltMode, handBuild } from './hand-built.ts';
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
  const driver = hasIpipDriver();
  const peerMode = mode === 'ipip' && !driver ? 'vxlan' : mode;
  const peer = handBuild(`wb${process.pid}-${mode}`, peerMode);
  const servers: PingPongServer[] = [];
  try {
    const kubeconfig = labUp(lab, '--nodes', '3', '--mode', mode);
    const environment = { ...process.env, KUBECONFIG: kubeconfig };
    execFileSync(weft, ['apply', '-f', '-'], {
      input: manifest,
      env: environment,
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    const address = await podAddress('server', environment);
    await podAddress('client', environment);
    const enter = (pod: string) => [weft, 'exec', pod, '--name', lab, '--'];
    servers.push(await PingPongServer.start(enter('server'), address, port));
    servers.push(await PingPongServer.start(peer.server, peer.serverAddress, port));
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      ours.push(measureRoundTrip(enter('client'), address, port));
      theirs.push(measureRoundTrip(peer.client, peer.serverAddress, port));
    }
    const beside = peerMode === mode ? 'built by hand' : 'kernel VXLAN by hand';
    const goal = { atMost: peerMode === mode ? 1.08 : 1 };
    printFigure({
      name: `TCP round trip across nodes, ${mode}, beside ${beside}`,
      unit: 'us',
      ours,
      peer: theirs,
      goal,
    });
  } finally {
    for (const server of servers) server.stop();
    peer.remove();
    labDown(lab);
  }
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
