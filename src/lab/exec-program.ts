import { pods } from '../api/kinds.ts';
import { WeftError } from '../base/errors.ts';
import { connectCluster } from '../datastore/connect-cluster.ts';
import { labDirectory } from './directory.ts';
import { enterPod } from './enter-pod.ts';
import { type LabState, listLabNames, readLabState, requireLab } from './lab-state.ts';
import { checkMachine } from './preflight.ts';
import { runInherited } from './run-inherited.ts';
import { readCommandLine, usageError } from './usage.ts';

const usage = `usage: weft exec POD [-n NAMESPACE] [-c CONTAINER] [--name LAB] -- CMD...

Runs a command in a pod of a lab; its exit status is this one's.
`;

/** `weft exec POD -- CMD...`. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    return await execInPod(argv);
  } catch (error) {
    if (!(error instanceof WeftError) || error.code !== 'LAB_USAGE') throw error;
    process.stderr.write(`${error.message}\n${usage}`);
    return 2;
  }
}

async function execInPod(argv: readonly string[]): Promise<number> {
  const { values, positionals, command } = readCommandLine(argv, {
    namespace: { type: 'string', short: 'n', default: 'default' },
    container: { type: 'string', short: 'c' },
    name: { type: 'string' },
    kubeconfig: { type: 'string' },
    // kubectl's habit; input and terminal are always the caller's own.
    stdin: { type: 'boolean', short: 'i' },
    tty: { type: 'boolean', short: 't' },
    help: { type: 'boolean', short: 'h' },
  });
  if (values.help === true) {
    process.stdout.write(usage);
    return 0;
  }
  const [target, ...rest] = positionals;
  if (target === undefined) throw usageError('POD is missing');
  const words = command.length > 0 ? command : rest;
  if (words.length === 0) throw usageError('The command is missing');
  checkMachine();
  const state = findLab(values.name, values.kubeconfig ?? process.env.KUBECONFIG);
  const { namespace, name } = splitTarget(target, values.namespace);
  const cluster = await connectCluster({ kubeconfig: labDirectory(state.topology.name).kubeconfig });
  const pod = await cluster.get(pods, name, namespace);
  if (pod === undefined) throw new WeftError('LAB_POD', `Cannot enter pod "${namespace}/${name}": not found`);
  return runInherited(enterPod(state, pod, values.container, words));
}

/** `NAME`, `pod/NAME` or `NAMESPACE/NAME`. */
function splitTarget(target: string, namespace: string): { readonly namespace: string; readonly name: string } {
  const [first = '', second] = target.split('/');
  if (second === undefined) return { namespace, name: first };
  return first === 'pod' || first === 'pods' ? { namespace, name: second } : { namespace: first, name: second };
}

/** The lab of this name, else the one the kubeconfig belongs to, else the only one that is up. */
function findLab(name: string | undefined, kubeconfig: string | undefined): LabState {
  if (name !== undefined) return requireLab(name);
  const up = listLabNames().filter((one) => readLabState(labDirectory(one)) !== undefined);
  const chosen = up.find((one) => labDirectory(one).kubeconfig === kubeconfig);
  if (chosen !== undefined) return requireLab(chosen);
  const [only, ...others] = up;
  if (others.length > 0) throw usageError(`Labs ${up.join(', ')} are up, --name needed`);
  return requireLab(only ?? 'lab');
}
