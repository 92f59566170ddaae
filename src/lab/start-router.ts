import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabDirectory } from './directory.ts';
import { enterPlace } from './enter-place.ts';
import type { LabRouter } from './lab-router.ts';
import type { LabProcess } from './lab-state.ts';
import { weftLauncher } from './launcher.ts';
import { type RouterPrograms, routerDirectory, routerPrograms } from './router-files.ts';
import { softwareEnvironment } from './router-software.ts';
import { startProgram } from './start-program.ts';

/**
 * Starts the programs of a router in its place, each again whenever it ends. They end with the place.
 *
 * @param init the process that holds the router's namespaces
 * @throws WeftError LAB_MISSING_SOFTWARE, LAB_START
 */
export function startRouter(directory: LabDirectory, router: LabRouter, init: LabProcess): LabProcess {
  const programs = routerPrograms(router, weftLauncher());
  const folder = join(directory.nodeRun(router.name), 'router');
  mkdirSync(folder, { recursive: true });
  const files = { ...programs.files, 'run.sh': runScript(programs, softwareEnvironment(router.software)) };
  // Passwords are in some.
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  const [program, ...args] = enterPlace(init, ['sh', `${routerDirectory}/run.sh`]);
  const logFile = join(directory.nodeLogs(router.name), 'router.log');
  return { kind: 'router', place: router.name, ...startProgram(program, args, { logFile }) };
}

function runScript({ preparation, programs }: RouterPrograms, environment: Readonly<Record<string, string>>): string {
  const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return [
    ...preparation,
    'keep() { log=$1; shift; while :; do "$@" >> "/run/weft/logs/$log.log" 2>&1; sleep 0.2; done; }',
    ...Object.entries(programs).map(
      ([name, command]) => `keep ${[name, 'env', ...settings, ...command].map(shellWord).join(' ')} &`,
    ),
    'wait',
    '',
  ].join('\n');
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
