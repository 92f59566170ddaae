import type { Pod } from '../../api/core.ts';
import type { KubernetesObject } from '../../api/meta.ts';
import type { PolicyResources } from '../../policy/resources.ts';
import { type SomeResources, withoutResources, withResources } from '../../trace/apply-resources.ts';
import { podGroup } from '../../trace/party.ts';
import { type PolicyField, policyFields } from '../../trace/policy-kinds.ts';
import { offlineWorld } from './offline-world.ts';
import type { PolicyFiles } from './read-policy-files.ts';

/**
 * A cluster as it would be with the objects of files in it. Pods of a Deployment (or its kin) that is among them get what
 * its template says; one that is new has one pod.
 */
export function withFiles(base: PolicyResources, files: PolicyFiles): PolicyResources {
  const made = offlineWorld(files).resources;
  const changes: SomeResources = Object.fromEntries(
    policyFields.map((field) => {
      const known = new Set(base[field].map(keyOf));
      const given = new Set((files.objects.get(field) ?? []).map(keyOf));
      const objects: readonly KubernetesObject[] = made[field];
      // What was only assumed is already known better.
      return [field, objects.filter((object) => given.has(keyOf(object)) || !known.has(keyOf(object)))];
    }),
  );
  const templates = new Map(
    files.workloads.map(({ metadata }) => [
      keyOf({ metadata }),
      made.pods.find((pod) => podGroup(pod) === keyOf({ metadata })),
    ]),
  );
  const rolled = base.pods.flatMap((pod) => rolledOut(pod, templates.get(podGroup(pod))) ?? []);
  const replaced = new Set(rolled.map(podGroup));
  const fresh = (changes.pods ?? []).filter((pod) => !replaced.has(podGroup(pod as Pod)));
  return withResources(base, { ...changes, pods: [...fresh, ...rolled] });
}

/** A cluster as it would be without the objects of files. */
export function withoutFiles(base: PolicyResources, files: PolicyFiles): PolicyResources {
  const owners = new Set(files.workloads.map(keyOf));
  const pods = [...(files.objects.get('pods') ?? []), ...base.pods.filter((pod) => owners.has(podGroup(pod)))];
  const gone: Partial<Record<PolicyField, readonly KubernetesObject[]>> = {
    ...Object.fromEntries(files.objects),
    ...(pods.length === 0 ? {} : { pods }),
  };
  return withoutResources(base, gone);
}

/** A pod as the next roll-out makes it. */
function rolledOut(pod: Pod, template: Pod | undefined): Pod | undefined {
  if (template === undefined) return undefined;
  const { containers, serviceAccountName } = template.spec;
  return {
    ...pod,
    metadata: { ...pod.metadata, labels: template.metadata.labels ?? {} },
    spec: { ...pod.spec, containers, ...(serviceAccountName === undefined ? {} : { serviceAccountName }) },
  };
}

function keyOf({ metadata }: KubernetesObject): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}
