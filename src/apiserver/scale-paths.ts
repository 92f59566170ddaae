import { ensureRecord, type JsonRecord, recordAt, stringAt } from './json.ts';
import { type Cause, invalidValue, requiredValue } from './status-error.ts';

/** Where a kind that is served with `/scale` keeps what a Scale tells: field names from the root of the object. */
export interface ScalePaths {
  readonly wanted: readonly string[];
  readonly current: readonly string[];
  /** A text, or a LabelSelector; `undefined` where the kind has none. */
  readonly selector: readonly string[] | undefined;
}

/** Of Deployments and ReplicaSets. */
export const workloadScalePaths: ScalePaths = {
  wanted: ['spec', 'replicas'],
  current: ['status', 'replicas'],
  selector: ['spec', 'selector'],
};

/** The paths of one version of a CustomResourceDefinition; `undefined` when it declares no scale subresource. */
export function readScalePaths(version: JsonRecord): ScalePaths | undefined {
  const scale = recordAt(version, 'subresources', 'scale');
  if (scale === undefined) return undefined;
  const wanted = fieldsOf(stringAt(scale, 'specReplicasPath'));
  const current = fieldsOf(stringAt(scale, 'statusReplicasPath'));
  if (wanted === undefined || current === undefined) return undefined;
  return { wanted, current, selector: fieldsOf(stringAt(scale, 'labelSelectorPath')) };
}

/** What is wrong with the scale subresource that `version` declares; `at` is its place: `spec.versions[0]`. */
export function scalePathCauses(version: JsonRecord, at: string): Cause[] {
  const scale = recordAt(version, 'subresources', 'scale');
  if (scale === undefined) return [];
  const field = `${at}.subresources.scale`;
  return [
    ...pathCauses(`${field}.specReplicasPath`, scale.specReplicasPath, ['spec']),
    ...pathCauses(`${field}.statusReplicasPath`, scale.statusReplicasPath, ['status']),
    ...(scale.labelSelectorPath === undefined || scale.labelSelectorPath === ''
      ? []
      : pathCauses(`${field}.labelSelectorPath`, scale.labelSelectorPath, ['spec', 'status'])),
  ];
}

function pathCauses(field: string, path: unknown, roots: readonly string[]): Cause[] {
  if (path === undefined || path === '') return [requiredValue(field)];
  const fields = fieldsOf(path);
  if (fields !== undefined && fields.length > 1 && roots.includes(fields[0] ?? '')) return [];
  const under = roots.map((root) => `.${root}`).join(' or ');
  return [invalidValue(field, path, `should be a json path under ${under}, of fields only: .${roots[0]}.replicas`)];
}

function fieldsOf(path: unknown): readonly string[] | undefined {
  if (typeof path !== 'string' || !/^(\.[A-Za-z_][A-Za-z0-9_-]*)+$/.test(path)) return undefined;
  return path.includes('__proto__') ? undefined : path.slice(1).split('.');
}

/** Sets how many replicas are wanted. Changes `object`. */
export function setWanted(object: JsonRecord, paths: ScalePaths, replicas: number): void {
  const parent = paths.wanted.slice(0, -1).reduce(ensureRecord, object);
  parent[paths.wanted.at(-1) ?? ''] = replicas;
}
