import { readFileSync } from 'node:fs';
import { labDirectory, nodeRunDirectory } from './directory.ts';
import { enterPlace } from './enter-place.ts';
import { type LabState, requireLab, requirePlace } from './lab-state.ts';
import { checkMachine } from './preflight.ts';
import { softwareEnvironment } from './router-software.ts';
import { runInherited } from './run-inherited.ts';
import { nameOption, readCommandLine, usageError } from './usage.ts';

/** `weft lab exec NODE -- CMD...`: the command's exit status is this one's. */
export async function runExec(argv: readonly string[]): Promise<number> {
  const { values, positionals, command } = readCommandLine(argv, nameOption);
  const [place, ...more] = positionals;
  if (place === undefined) throw usageError('NODE is missing');
  if (more.length > 0) throw usageError(`Unexpected word "${more[0]}", the command goes behind --`);
  return enter(values.name, place, command);
}

/** `weft lab external -- CMD...`. */
export async function runExternal(argv: readonly string[]): Promise<number> {
  const { values, positionals, command } = readCommandLine(argv, nameOption);
  if (positionals.length > 0) throw usageError(`Unexpected word "${positionals[0]}", the command goes behind --`);
  return enter(values.name, 'external', command);
}

/** `weft lab kubeconfig`. */
export async function runKubeconfig(argv: readonly string[]): Promise<number> {
  const { values, positionals } = readCommandLine(argv, nameOption);
  if (positionals.length > 0) throw usageError(`Unexpected word "${positionals[0]}"`);
  requireLab(values.name);
  process.stdout.write(readFileSync(labDirectory(values.name).kubeconfig, 'utf8'));
  return 0;
}

async function enter(name: string, place: string, command: readonly string[]): Promise<number> {
  checkMachine();
  const state = requireLab(name);
  const init = requirePlace(state, place);
  const words = command.length > 0 ? command : [process.env.SHELL ?? '/bin/sh'];
  return runInherited(enterPlace(init, [...environmentOf(state, place), ...words]));
}

/** What a person expects to have at hand in a place, as words before the command. */
function environmentOf({ topology }: LabState, place: string): readonly string[] {
  if (topology.nodes.some((node) => node.name === place)) return nodeEnvironment();
  const router = topology.routers.find((one) => one.name === place);
  if (router === undefined) return [];
  // The router's own programs: vtysh, gobgp, birdc.
  const { PATH, ...others } = softwareEnvironment(router.software);
  const settings = { ...others, PATH: `${PATH}:${process.env.PATH ?? ''}` };
  return ['env', ...Object.entries(settings).map(([name, value]) => `${name}=${value}`)];
}

/** On a node `kubectl`, `calicoctl` and `weft` are at hand and know the cluster, as on a machine somebody set up. */
function nodeEnvironment(): readonly string[] {
  return ['env', `PATH=${nodeRunDirectory}/bin:${process.env.PATH ?? ''}`, `KUBECONFIG=${nodeRunDirectory}/kubeconfig`];
}
