import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WeftError } from '../base/errors.ts';
import type { LabDirectory } from './directory.ts';
import type { LabProcess } from './lab-state.ts';
import { weftLauncher } from './launcher.ts';
import { nodeInitScript } from './node-init.ts';
import { identifyProcess } from './process-identity.ts';

/**
 * Makes the namespaces (network, mount, UTS, PID) of one place of the lab: a node, a segment's switch, `router` or
 * `external`. Resolves when they are ready, with the process that holds them and its parent.
 *
 * @param hosts the place's /etc/hosts
 * @throws WeftError LAB_NAMESPACES with the script's own words
 */
export function startPlace(directory: LabDirectory, place: string, hosts: string): Promise<readonly LabProcess[]> {
  const run = directory.nodeRun(place);
  mkdirSync(join(run, 'weft'), { recursive: true });
  writeFileSync(join(run, 'weft', 'hosts'), hosts);
  const script = join(run, 'weft', 'init.sh');
  writeFileSync(script, nodeInitScript);
  const child = spawn(
    'unshare',
    [...['--net', '--mount', '--uts', '--pid', '--fork', '--kill-child=KILL'], ...['sh', script, place, run]],
    { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, WEFT_LAUNCHER: weftLauncher() } },
  );
  return new Promise((resolve, reject) => {
    let output = '';
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const fail = (why: string) =>
      reject(new WeftError('LAB_NAMESPACES', `Cannot make namespaces of "${place}": ${why.trim()}`));
    child.on('error', (error) => fail(error.message));
    child.on('exit', (code) => fail(errors === '' ? `unshare ended with status ${code}` : errors));
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const pid = /^ready (\d+)\n/.exec(output)?.[1];
      if (pid === undefined) return;
      child.stdout.destroy();
      child.stderr.destroy();
      child.removeAllListeners('exit');
      child.unref();
      const init = identifyProcess(Number(pid));
      const parent = identifyProcess(child.pid ?? 0);
      if (init === undefined || parent === undefined) return fail('its first process has ended');
      resolve([
        { kind: 'init', place, ...init },
        { kind: 'parent', place, ...parent },
      ]);
    });
  });
}
