import { WeftError } from '../../base/errors.ts';
import type { Direction } from '../../policy/direction.ts';
import { policySettings } from '../../policy/read-policy-settings.ts';
import { chainNames } from '../../render/chain-names.ts';
import { renderPolicyTable } from '../../render/policy-rendering.ts';
import { compiledProgram, deviceOf } from '../../trace/compiled-program.ts';
import type { ConnectionEnd } from '../../trace/connection.ts';
import { type CommandInput, textOption, textOptions } from '../command.ts';
import { formatObject } from '../print-objects.ts';
import { refuseArguments } from '../refuse-arguments.ts';
import { usageError } from '../usage-error.ts';
import { walkChains } from './chain-walk.ts';
import { chainObject, chainsText } from './chains-text.ts';
import { namespaceOf } from './namespace-of.ts';
import { type NodePolicyView, readNodePolicy } from './node-policy.ts';
import type { PolicyWorld } from './policy-world.ts';
import { readEnd } from './read-end.ts';
import { readFormat } from './read-format.ts';
import { readPolicyWorld } from './read-policy-world.ts';

const directions = ['ingress', 'egress'] as const;

/** `weft policy chains POD`: the chains of the pod's node that a packet to or from it walks through. */
export async function run(input: CommandInput): Promise<number> {
  const { args, options, io, usage } = input;
  const [word] = args;
  if (word === undefined) throw usageError(`POD needed; usage: ${usage}`);
  refuseArguments(input, 1);
  const format = readFormat(options, ['json', 'yaml']);
  const wanted = readDirections(textOption(options, 'direction'));
  const namespace = await namespaceOf(input);
  const world = await readPolicyWorld(input);
  const pod = podEnd(word, world, namespace);
  const state = compiledProgram(world.resources, pod.node, [{ kind: 'pod', namespace: pod.namespace, name: pod.name }]);
  const labels = world.resources.nodes.find(({ metadata }) => metadata.name === pod.node)?.metadata.labels;
  const table = renderPolicyTable({ state, settings: policySettings(world.felix, pod.node, labels) });
  const device = deviceOf(pod);
  const view = await liveView(input, pod.node, world);
  const walks = wanted.map((direction) => ({
    direction,
    chains: walkChains(table, chainNames.workload(device, direction), device),
  }));
  const computed = state.workloads.find((one) => one.device === device);
  const there = view?.workloads.find((one) => one.device === device);
  const name = `${pod.namespace}/${pod.name}`;
  const stale =
    view === undefined || wanted.every((direction) => there?.[direction] === computed?.[direction])
      ? undefined
      : `The rules in force on ${pod.node} are others (yet): its agent ${there === undefined ? `has none for ${name}` : 'computed them from other resources'}`;
  const shown = { pod: name, node: pod.node, device, walks, ...(view === undefined ? {} : { counted: view.chains }) };
  io.out(format === undefined ? chainsText(shown) : await formatObject(chainObject(shown), format));
  if (stale !== undefined) io.err(`${stale}\n`);
  return 0;
}

function readDirections(text: string | undefined): readonly Direction[] {
  if (text === undefined) return directions;
  const found = directions.find((one) => one === text.toLowerCase());
  if (found === undefined) throw usageError(`Unknown direction "${text}", ingress or egress needed`);
  return [found];
}

function podEnd(word: string, { resources }: PolicyWorld, namespace: string): Extract<ConnectionEnd, { kind: 'pod' }> {
  const end = readEnd(word, resources, namespace)[0]?.ends[0];
  if (end?.kind === 'pod') return end;
  throw new WeftError(
    'CLI_FAILED',
    `Cannot show the chains of "${word}": not a pod with a network of its own, one needed`,
  );
}

/** Counters, unless files are read; a node that does not answer is no failure. */
async function liveView(input: CommandInput, node: string, world: PolicyWorld): Promise<NodePolicyView | undefined> {
  if (textOptions(input.options, 'filename').length > 0) return undefined;
  try {
    return await readNodePolicy(await input.connect(), node, world);
  } catch (error) {
    if (!(error instanceof WeftError)) throw error;
    input.io.err(`No counters: ${error.message}\n`);
    return undefined;
  }
}
