import { pods } from '../api/kinds.ts';
import { WeftError } from '../base/errors.ts';
import { connectCluster } from '../datastore/connect-cluster.ts';
import { findConnection } from '../datastore/find-connection.ts';
import { labDirectory } from './directory.ts';
import { enterPod } from './enter-pod.ts';
import { execRemote } from './exec-remote.ts';
import { type LabState, listLabNames, readLabState, requireLab } from './lab-state.ts';
import { parsePodName } from './pod-name.ts';
import { checkMachine } from './preflight.ts';
import { runInherited } from './run-inherited.ts';
import { orUsage, readCommandLine, usageError } from './usage.ts';

const usage = `usage: weft exec POD [-n NAMESPACE] [-c CONTAINER] [-it] [--name LAB] [--kubeconfig FILE] -- CMD...

Runs a command in a pod; its exit status is this one's. In a lab of this machine the command runs on this terminal, in
any other cluster by the API server: -i passes the input on, -t makes a terminal.
`;

/** `weft exec POD -- CMD...`. */
export function run(argv: readonly string[]): Promise<number> {
  return orUsage(usage, () => execInPod(argv));
}

async function execInPod(argv: readonly string[]): Promise<number> {
  const { values, positionals, command } = readCommandLine(argv, {
    namespace: { type: 'string', short: 'n' },
    container: { type: 'string', short: 'c' },
    name: { type: 'string' },
    kubeconfig: { type: 'string' },
    context: { type: 'string' },
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
  const { kubeconfig, context, container, namespace } = values;
  const state = context === undefined ? findLab(values.name, kubeconfig ?? process.env.KUBECONFIG) : undefined;
  if (state !== undefined) return enterLabPod(state, parsePodName(target, namespace ?? 'default'), container, words);
  const connection = await findConnection({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
  const { name: pod, namespace: found } = parsePodName(target, namespace ?? connection.namespace);
  const tty = values.tty === true && process.stdin.isTTY === true;
  const stdin = values.stdin === true;
  return execRemote(connection, { namespace: found, pod, container, command: words, stdin, tty });
}

async function enterLabPod(
  state: LabState,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  container: string | undefined,
  words: readonly string[],
): Promise<number> {
  checkMachine();
  const cluster = await connectCluster({ kubeconfig: labDirectory(state.topology.name).kubeconfig });
  const pod = await cluster.get(pods, name, namespace);
  if (pod === undefined) throw new WeftError('LAB_POD', `Cannot enter pod "${namespace}/${name}": not found`);
  return runInherited(enterPod(state, pod, container, words));
}

/**
 * The lab of this name, else the one the kubeconfig belongs to, else, without a kubeconfig, the only one that is up.
 *
 * @returns `undefined` when another cluster is meant
 */
function findLab(name: string | undefined, kubeconfig: string | undefined): LabState | undefined {
  if (name !== undefined) return requireLab(name);
  const up = listLabNames().filter((one) => readLabState(labDirectory(one)) !== undefined);
  const chosen = up.find((one) => labDirectory(one).kubeconfig === kubeconfig);
  if (chosen !== undefined) return requireLab(chosen);
  if (kubeconfig !== undefined && kubeconfig !== '') return undefined;
  const [only, ...others] = up;
  if (others.length > 0) throw usageError(`Labs ${up.join(', ')} are up, --name needed`);
  return only === undefined ? undefined : requireLab(only);
}
