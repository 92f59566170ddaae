import { timestamp } from '../api/timestamp.ts';
import { compileRules, type RuleProblem } from './cel/compile-rules.ts';
import type { Context } from './context.ts';
import {
  type ApiObject,
  arrayAt,
  ensureRecord,
  type JsonRecord,
  recordAt,
  recordsAt,
  setDefault,
  stringAt,
  valueAt,
} from './json.ts';
import { builtInResources } from './resource.ts';
import { scalePathCauses } from './scale-paths.ts';
import { type Cause, invalidValue, requiredValue, unsupportedValue } from './status-error.ts';
import { schemaProblem } from './validation/schema-check.ts';
import { structuralProblems } from './validation/structural-problems.ts';

/** The finalizer that holds a deleted definition until its objects are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

/** Fills in a CustomResourceDefinition: names, strategy, and its finalizer. Changes `definition`. */
export function defaultDefinition(definition: ApiObject): void {
  const spec = ensureRecord(definition, 'spec');
  const names = ensureRecord(spec, 'names');
  const kind = stringAt(names, 'kind') ?? '';
  setDefault(names, 'singular', kind.toLowerCase());
  setDefault(names, 'listKind', `${kind}List`);
  setDefault(spec, 'conversion', { strategy: 'None' });
  if (definition.metadata.deletionTimestamp !== undefined) return;
  const finalizers = new Set(definition.metadata.finalizers ?? []);
  definition.metadata.finalizers = [...finalizers.add(cleanupFinalizer)];
}

/** What is wrong with a CustomResourceDefinition; an unusable schema is refused here and never when objects come. */
export function validateDefinition(definition: Readonly<ApiObject>, old?: Readonly<ApiObject>): Cause[] {
  const causes: Cause[] = [];
  const group = stringAt(definition, 'spec', 'group') ?? '';
  const plural = stringAt(definition, 'spec', 'names', 'plural') ?? '';
  if (group === '') causes.push(requiredValue('spec.group'));
  if (plural === '') causes.push(requiredValue('spec.names.plural'));
  if (stringAt(definition, 'spec', 'names', 'kind') === undefined) causes.push(requiredValue('spec.names.kind'));
  if (causes.length === 0 && definition.metadata.name !== `${plural}.${group}`) {
    causes.push(invalidValue('metadata.name', definition.metadata.name, `must be spec.names.plural+"."+spec.group`));
  }
  const scope = valueAt(definition, 'spec', 'scope');
  if (scope !== 'Namespaced' && scope !== 'Cluster') {
    causes.push(unsupportedValue('spec.scope', scope, ['Cluster', 'Namespaced']));
  }
  for (const path of [
    ['spec', 'scope'],
    ['spec', 'names', 'kind'],
    ['spec', 'names', 'plural'],
    ['spec', 'group'],
  ]) {
    const now = valueAt(definition, ...path);
    if (old !== undefined && now !== valueAt(old, ...path)) {
      causes.push(invalidValue(path.join('.'), now, 'field is immutable'));
    }
  }
  if (builtInResources.some((resource) => resource.group === group)) {
    causes.push(invalidValue('spec.group', group, 'belongs to the built-in kinds'));
  }
  return [...causes, ...validateVersions(definition)];
}

function validateVersions(definition: Readonly<ApiObject>): Cause[] {
  const versions = recordsAt(definition, 'spec', 'versions');
  if (versions.length === 0) return [requiredValue('spec.versions')];
  const causes = versions.flatMap((version, index) => {
    const at = `spec.versions[${index}]`;
    if (!/^v[0-9]+((alpha|beta)[0-9]+)?$/.test(stringAt(version, 'name') ?? '')) {
      return [invalidValue(`${at}.name`, version.name, 'must be like v1, v2beta1')];
    }
    const schema = recordAt(version, 'schema', 'openAPIV3Schema');
    const field = `${at}.schema.openAPIV3Schema`;
    if (schema === undefined) return [requiredValue(field, 'schemas are required')];
    if (schema.type !== 'object') return [invalidValue(`${field}.type`, schema.type, 'must be object at the root')];
    const open = structuralProblems(schema, field);
    if (open.length > 0) return open;
    const problem = schemaProblem(schema);
    if (problem !== undefined) return [invalidValue(field, stringAt(definition, 'spec', 'names', 'kind'), problem)];
    return [...ruleCauses(schema, field), ...scalePathCauses(version, at)];
  });
  if (versions.filter((version) => version.storage === true).length !== 1) {
    causes.push(
      invalidValue('spec.versions', versions.length, 'must have exactly one version marked as storage version'),
    );
  }
  return causes;
}

/** Rules that cannot be compiled are refused here: when objects come it would be too late to say why. */
function ruleCauses(schema: JsonRecord, field: string): Cause[] {
  const problems: RuleProblem[] = [];
  compileRules(schema, problems);
  return problems.map((problem) => invalidValue(`${field}.${problem.field}`, problem.text, problem.why));
}

/** Sets the conditions that say whether the names could be had, and so whether the kind is served. */
export function establish(context: Context, definition: ApiObject): void {
  const names = recordAt(definition, 'spec', 'names') ?? {};
  const clash = context.registry.all().find((resource) => {
    const own = `${resource.plural}.${resource.group}` === definition.metadata.name;
    if (own || resource.group !== stringAt(definition, 'spec', 'group')) return false;
    return resource.kind === names.kind || resource.plural === names.plural || resource.singular === names.singular;
  });
  const status = ensureRecord(definition, 'status');
  const old = recordsAt(status, 'conditions');
  const condition = (type: string, value: boolean, reason: string, message: string) => {
    const before = old.find((item) => item.type === type);
    const same = before?.status === (value ? 'True' : 'False');
    const lastTransitionTime = same ? before?.lastTransitionTime : timestamp(context.now());
    return { type, status: value ? 'True' : 'False', lastTransitionTime, reason, message };
  };
  status.conditions =
    clash === undefined
      ? [
          condition('NamesAccepted', true, 'NoConflicts', 'no conflicts found'),
          condition('Established', true, 'InitialNamesAccepted', 'the initial names have been accepted'),
          ...old.filter((item) => item.type !== 'NamesAccepted' && item.type !== 'Established'),
        ]
      : [
          condition(
            'NamesAccepted',
            false,
            'KindConflict',
            `"${clash.kind}" of ${clash.plural}.${clash.group} has a name of this definition`,
          ),
          condition('Established', false, 'NotAccepted', 'not all names are accepted'),
        ];
  status.acceptedNames = names;
  const storage = recordsAt(definition, 'spec', 'versions').find((version) => version.storage === true);
  const stored = new Set(arrayAt(status, 'storedVersions'));
  status.storedVersions = [...stored.add(storage?.name)];
}
