import type { KubernetesPolicySpec } from '../../api/calico-policy.ts';
import { checkSchema } from '../../api/check-schema.ts';
import { defaultObject } from '../../api/defaults.ts';
import type { JsonSchema } from '../../api/json-schema.ts';
import { felixConfigurations, ipPools, kubernetesPolicies } from '../../api/kinds.ts';
import { apiVersionOf, type Kind, type KubernetesObject } from '../../api/meta.ts';
import { normaliseKeys } from '../../api/normalise-keys.ts';
import { validateKubernetesPolicySpec } from '../../api/validate-kubernetes-policy.ts';
import { errorText, WeftError } from '../../base/errors.ts';
import { isRecord } from '../../base/is-record.ts';
import { type PolicyField, policyFields, policyKinds } from '../../trace/policy-kinds.ts';
import { checkResource } from '../check-resource.ts';
import type { CommandIo } from '../command.ts';
import { kindOfObject } from '../find-kind.ts';
import { type Manifest, readManifests } from '../manifest/read-manifests.ts';
import { type Source, sourceText } from '../manifest/source.ts';
import { coreSchema, workloadSchema } from './core-schemas.ts';
import { isWorkload, type Workload } from './workload.ts';

/** What files have that decides about packets. An object that stands in them twice is as it stands last. */
export interface PolicyFiles {
  readonly objects: ReadonlyMap<PolicyField, readonly KubernetesObject[]>;
  readonly felix: readonly KubernetesObject[];
  readonly pools: readonly KubernetesObject[];
  /** Deployments and their kin. */
  readonly workloads: readonly Workload[];
}

/** How files are read. */
export interface PolicyFilesOptions {
  /** The folders in folders, too. */
  readonly recursive: boolean;
  /** Of namespaced objects that name none. */
  readonly namespace: string;
}

/**
 * Reads the files and folders of `-f`. Objects are checked and filled with defaults as the API server does it. Kinds that
 * have no part in it are named on standard error.
 *
 * @throws WeftError CLI_FILE, CLI_FAILED with a line for every mistake, naming file, document, line and column
 */
export async function readPolicyFiles(
  paths: readonly string[],
  io: Pick<CommandIo, 'readInput' | 'err'>,
  { recursive, namespace }: PolicyFilesOptions,
): Promise<PolicyFiles> {
  const read = await readManifests(paths, io, { recursive, skipEmpty: false });
  const manifests = read.map(({ object, source }) => ({ object: withoutNulls(object), source }));
  const found = new Map<PolicyField, Map<string, KubernetesObject>>();
  const settings = new Map<Kind<KubernetesObject>, Map<string, KubernetesObject>>([
    [felixConfigurations, new Map()],
    [ipPools, new Map()],
  ]);
  const workloads = new Map<string, Workload>();
  const ignored = new Set<string>();
  const problems: string[] = [];
  for (const manifest of manifests) {
    const { object } = manifest;
    const setting = [...settings.keys()].find((kind) => isOfKind(object, kind));
    const field = policyFields.find((name) => isOfKind(object, policyKinds[name]));
    if (field !== undefined) {
      const placed = readObject(policyKinds[field], manifest, namespace, problems);
      found.set(field, (found.get(field) ?? new Map()).set(keyOf(placed), placed));
    } else if (setting !== undefined) {
      settings.get(setting)?.set(keyOf(object), readObject(setting, manifest, namespace, problems));
    } else if (isWorkload(object)) {
      const placed = { ...object, metadata: { ...object.metadata, namespace: object.metadata.namespace || namespace } };
      problems.push(...coreProblems(workloadSchema, placed, manifest.source));
      workloads.set(`${object.kind} ${keyOf(placed)}`, placed);
    } else if (await isKnownKind(manifest, problems)) ignored.add(object.kind ?? '');
  }
  if (problems.length > 0) throw new WeftError('CLI_FAILED', problems.join('\n'));
  if (ignored.size > 0) io.err(`Kinds that decide nothing are passed over: ${[...ignored].sort().join(', ')}\n`);
  return {
    objects: new Map([...found].map(([field, objects]) => [field, [...objects.values()]])),
    felix: [...(settings.get(felixConfigurations)?.values() ?? [])],
    pools: [...(settings.get(ipPools)?.values() ?? [])],
    workloads: [...workloads.values()],
  };
}

function isOfKind(object: KubernetesObject, kind: Kind<KubernetesObject>): boolean {
  return object.kind === kind.kind && object.apiVersion === apiVersionOf(kind);
}

function keyOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** An object as the server would keep it; what is wrong with it goes to `problems`. */
function readObject(
  kind: Kind<KubernetesObject>,
  { object, source }: Manifest,
  namespace: string,
  problems: string[],
): KubernetesObject {
  const keyed = normaliseKeys(kind, object) as KubernetesObject;
  const { namespace: own = '', ...metadata } = keyed.metadata;
  const spec = kind.group === 'projectcalico.org' && !('spec' in keyed) ? { spec: {} } : {};
  const place = kind.namespaced ? { namespace: own === '' ? namespace : own } : {};
  const placed = { ...keyed, ...spec, metadata: { ...metadata, ...place } };
  if (!kind.namespaced && own !== '') {
    problems.push(`${sourceText(source, 'metadata.namespace')}: ${kind.kind} "${metadata.name}" has no namespace`);
  }
  const problem = checkResource(kind, placed, source);
  if (problem !== undefined) problems.push(problem);
  else if (kind.group !== 'projectcalico.org') problems.push(...coreProblems(coreSchema(kind), placed, source));
  return problem === undefined ? defaultObject(kind, placed) : placed;
}

/** What is wrong with an object of Kubernetes, which a cluster would have refused itself. */
function coreProblems(
  schema: JsonSchema,
  object: KubernetesObject & { readonly spec?: KubernetesPolicySpec },
  source: Source,
): readonly string[] {
  const shape = checkSchema(schema, object, '');
  const errors =
    shape.length === 0 && object.kind === kubernetesPolicies.kind
      ? validateKubernetesPolicySpec(object.spec ?? {})
      : shape;
  return errors.map(({ field, value, reason }) => {
    const found = value === undefined ? '' : ` = ${JSON.stringify(value)}`;
    return `${sourceText(source, field)}: ${object.kind} "${object.metadata.name}": ${field}${found} (${reason})`;
  });
}

/** A field that is null is one that is not there; the API server takes it away, too. */
function withoutNulls<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutNulls) as T;
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutNulls(item)])) as T;
}

/** False for an object that means to be a policy and is of no kind known here, which goes to `problems`. */
async function isKnownKind({ object, source }: Manifest, problems: string[]): Promise<boolean> {
  const group = object.apiVersion?.split('/')[0] ?? '';
  const ours = group === 'projectcalico.org' || group === 'policy.networking.k8s.io';
  if (!ours && object.kind !== 'NetworkPolicy') return true;
  const noCluster = () => Promise.reject(new WeftError('CLI_OFFLINE', 'and without a cluster nobody can be asked'));
  try {
    await kindOfObject(object, noCluster);
    return true;
  } catch (error) {
    problems.push(`${sourceText(source, 'kind')}: ${errorText(error)}`);
    return false;
  }
}
