/** How long a newcomer waits: three nodes with the example, and ten nodes with twenty pods each. */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { printBound } from './figure.ts';
import { labDown, labUp, weft } from './lab-command.ts';

const limitMs = 180_000;

export async function run(): Promise<void> {
  const examples = ['nginx.yaml', 'nginx1.yaml'].map((name) => join(import.meta.dirname, '../examples', name));
  const small: number[] = [];
  for (let round = 0; round < 3; round++)
    small.push(
      await measure(
        3,
        examples.map((file) => ['-f', file]),
        2,
      ),
    );
  printBound('lab of 3 nodes with the example ready', 's', small, 10);
  printBound('lab of 10 nodes x 20 pods ready', 's', [await measure(10, [['-f', '-']], 200)], 60);
}

/** Seconds from `lab up` until `pods` pods are ready. */
async function measure(nodes: number, manifests: readonly string[][], pods: number): Promise<number> {
  const name = `bench-${nodes}-${process.pid}`;
  const start = performance.now();
  try {
    const kubeconfig = labUp(name, '--nodes', String(nodes));
    const env = { ...process.env, KUBECONFIG: kubeconfig };
    for (const manifest of manifests) {
      execFileSync(weft, ['apply', ...manifest], {
        env,
        input: JSON.stringify(deployment(pods)),
        stdio: ['pipe', 'ignore', 'inherit'],
      });
    }
    while (readyPods(env) < pods) {
      if (performance.now() - start > limitMs) throw new Error(`${pods} pods are not ready after ${limitMs / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return (performance.now() - start) / 1000;
  } finally {
    labDown(name);
  }
}

function deployment(replicas: number): object {
  const labels = { app: 'many' };
  const container = { name: 'web', image: 'nginx', ports: [{ containerPort: 80 }] };
  // On every node, the control plane's too.
  const spec = { tolerations: [{ operator: 'Exists' }], containers: [container] };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'many' },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

/** A server that is too busy to answer is asked again. */
function readyPods(env: NodeJS.ProcessEnv): number {
  const { status, stdout } = spawnSync(weft, ['get', 'pods', '-o', 'json'], {
    encoding: 'utf8',
    env,
    maxBuffer: 1 << 26,
  });
  if (status !== 0) return 0;
  const { items } = JSON.parse(stdout) as {
    items: readonly { status?: { conditions?: readonly { type: string; status: string }[] } }[];
  };
  return items.filter(({ status }) =>
    status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
  ).length;
}

if (import.meta.main) await run();
