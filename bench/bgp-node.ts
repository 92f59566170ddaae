import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { labDirectory } from '../src/lab/directory.ts';
import type { LabFixture } from '../test/lab/support/lab-fixture.ts';

/** Programs of a node that its kubelet keeps running. */
export type NodeProgram = 'agent' | 'bird';

/** The number that a program has in its node's own process namespace; `undefined` while that is being written. */
function pidOf(lab: LabFixture, node: string, program: NodeProgram): number | undefined {
  const file = join(labDirectory(lab.name).nodeRun(node), `weft/kubelet/${program}.json`);
  const text = readFileSync(file, 'utf8');
  return text === '' ? undefined : (JSON.parse(text) as { pid: number }).pid;
}

/** Kills a program as nobody would, and waits until another one has taken its place. */
export async function killProgram(lab: LabFixture, node: string, program: NodeProgram): Promise<void> {
  const pid = pidOf(lab, node, program);
  await lab.on(node, 'kill', '-9', String(pid));
  await eventually(`another ${program} on ${node}`, () => ![pid, undefined].includes(pidOf(lab, node, program)));
}

/** The lines of an agent's log with this message. */
export function agentLog(lab: LabFixture, node: string, message: string): readonly Record<string, unknown>[] {
  const text = readFileSync(join(labDirectory(lab.name).nodeLogs(node), 'agent.log'), 'utf8');
  return text.split('\n').flatMap((line) => {
    if (!line.includes(`"msg":"${message}"`)) return [];
    return [JSON.parse(line) as Record<string, unknown>];
  });
}

/** Polls until it holds. @throws Error after 30 s */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 30_000;
  for (;;) {
    if (await holds()) return;
    if (performance.now() > end) throw new Error(`Waited 30 s in vain for: ${what}`);
    await sleep(20);
  }
}

/** Processor time that a program of a node has used so far (its first thread), in milliseconds. @see Documentation/scheduler/sched-stats */
export async function programCpuMs(lab: LabFixture, node: string, program: NodeProgram): Promise<number> {
  const stat = await lab.on(node, 'cat', `/proc/${pidOf(lab, node, program)}/schedstat`);
  return Number(stat.split(' ')[0]) / 1e6;
}
