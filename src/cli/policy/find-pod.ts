import type { Pod } from '../../api/core.ts';
import { WeftError } from '../../base/errors.ts';
import type { PolicyResources } from '../../policy/resources.ts';
import { nearest } from '../usage-error.ts';

/** The pod of this name; `undefined` when there is none. */
export function podNamed({ pods }: PolicyResources, namespace: string, name: string): Pod | undefined {
  return pods.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
}

/** The pod of this name. @throws WeftError CLI_FAILED with a name near it */
export function findPod(resources: PolicyResources, namespace: string, name: string): Pod {
  return podNamed(resources, namespace, name) ?? missingPod(resources, name, namespace);
}

/** Says that there is no such pod, and which one may be meant. @throws WeftError CLI_FAILED */
export function missingPod({ pods }: PolicyResources, name: string, namespace: string): never {
  const [, short = name] = /^(.*)\.[^.]*$/.exec(name) ?? [];
  const elsewhere = pods.find(({ metadata }) => metadata.name === name || metadata.name === short);
  const here = pods.flatMap(({ metadata }) => (metadata.namespace === namespace ? metadata.name : []));
  // Pods of a Deployment have names that nobody knows by heart.
  const near = nearest(name, here) ?? here.find((other) => other.startsWith(`${name}-`));
  const hint =
    near !== undefined
      ? `did you mean "${namespace}/${near}"?`
      : elsewhere !== undefined
        ? `there is "${elsewhere.metadata.namespace}/${elsewhere.metadata.name}"`
        : here.length === 0
          ? 'the namespace has no pods'
          : `there are ${some(here)}`;
  throw new WeftError('CLI_FAILED', `Cannot find pod "${namespace}/${name}": ${hint}`);
}

/** `a, b, c and 4 more`. */
export function some(names: readonly string[]): string {
  const sorted = [...names].sort();
  return sorted.length <= 6 ? sorted.join(', ') : `${sorted.slice(0, 6).join(', ')} and ${sorted.length - 6} more`;
}
