import { isDeepStrictEqual } from 'node:util';
import { validateLabels } from '../../api/validate-labels.ts';
import { arrayAt, type JsonRecord, recordsAt, stringAt } from '../json.ts';
import { type Cause, causeOf, forbiddenValue, invalidValue, requiredValue, unsupportedValue } from '../status-error.ts';
import { duplicateValue, validateSubdomain, validateUniqueName } from './validate-names.ts';
import { validatePortName, validatePortNumber, validateProtocol } from './validate-ports.ts';

/** What is wrong with the spec of a pod or of the template of pods at `path`. */
export function validatePodSpec(spec: JsonRecord, path: string): Cause[] {
  const causes: Cause[] = [];
  const volumes = new Set<string>();
  for (const [index, volume] of recordsAt(spec, 'volumes').entries()) {
    causes.push(...validateUniqueName(`${path}.volumes[${index}].name`, volume.name, volumes));
  }
  if (arrayAt(spec, 'containers').length === 0) causes.push(requiredValue(`${path}.containers`));
  const names = new Set<string>();
  for (const list of ['containers', 'initContainers']) {
    for (const [index, container] of recordsAt(spec, list).entries()) {
      const at = `${path}.${list}[${index}]`;
      causes.push(...validateUniqueName(`${at}.name`, container.name, names));
      if (!stringAt(container, 'image')?.trim()) causes.push(requiredValue(`${at}.image`));
      causes.push(...containerPorts(container, at), ...environment(container, at), ...mounts(container, at, volumes));
    }
  }
  const policies = ['Always', 'OnFailure', 'Never'];
  if (!policies.includes(String(spec.restartPolicy))) {
    causes.push(unsupportedValue(`${path}.restartPolicy`, spec.restartPolicy, policies));
  }
  const node = stringAt(spec, 'nodeName');
  if (node) causes.push(...validateSubdomain(`${path}.nodeName`, node));
  causes.push(...deadline(`${path}.activeDeadlineSeconds`, spec.activeDeadlineSeconds));
  return [...causes, ...validateLabels(`${path}.nodeSelector`, spec.nodeSelector).map(causeOf)];
}

function deadline(field: string, seconds: unknown): Cause[] {
  const most = 2 ** 31 - 1;
  if (typeof seconds !== 'number' || (seconds >= 1 && seconds <= most)) return [];
  return [invalidValue(field, seconds, `must be between 1 and ${most}, inclusive`)];
}

function containerPorts(container: JsonRecord, at: string): Cause[] {
  const names = new Set<string>();
  return recordsAt(container, 'ports').flatMap((port, index) => {
    const field = `${at}.ports[${index}]`;
    const name = stringAt(port, 'name') ?? '';
    const again = names.has(name);
    if (name !== '') names.add(name);
    return [
      ...(name === '' ? [] : validatePortName(`${field}.name`, name)),
      ...(again ? [duplicateValue(`${field}.name`, name)] : []),
      ...validatePortNumber(`${field}.containerPort`, port.containerPort),
      ...(port.hostPort === undefined || port.hostPort === 0
        ? []
        : validatePortNumber(`${field}.hostPort`, port.hostPort)),
      ...validateProtocol(`${field}.protocol`, port.protocol),
    ];
  });
}

function environment(container: JsonRecord, at: string): Cause[] {
  return recordsAt(container, 'env').flatMap((variable, index) =>
    stringAt(variable, 'name') ? [] : [requiredValue(`${at}.env[${index}].name`)],
  );
}

function mounts(container: JsonRecord, at: string, volumes: ReadonlySet<string>): Cause[] {
  const paths = new Set<string>();
  return recordsAt(container, 'volumeMounts').flatMap((mount, index) => {
    const field = `${at}.volumeMounts[${index}]`;
    const name = stringAt(mount, 'name') ?? '';
    const path = stringAt(mount, 'mountPath') ?? '';
    const causes: Cause[] = [];
    if (name === '') causes.push(requiredValue(`${field}.name`));
    else if (!volumes.has(name)) {
      causes.push({
        field: `${field}.name`,
        reason: 'FieldValueNotFound',
        message: `Not found: ${JSON.stringify(name)}`,
      });
    }
    if (path === '') causes.push(requiredValue(`${field}.mountPath`));
    else if (paths.has(path)) {
      causes.push({
        ...duplicateValue(`${field}.mountPath`, path),
        message: `Invalid value: "${path}": must be unique`,
      });
    }
    paths.add(path);
    return causes;
  });
}

/** What may change in the spec of a pod that is there; `nodeName` has a rule of its own. */
const changeable = ['activeDeadlineSeconds', 'ephemeralContainers', 'nodeName', 'terminationGracePeriodSeconds'];

/** What an update of a pod changes and may not. */
export function validatePodChange(spec: JsonRecord, before: JsonRecord): Cause[] {
  if (isDeepStrictEqual(withoutChangeable(spec), withoutChangeable(before)) && keepsTolerations(spec, before))
    return [];
  const why =
    'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds`';
  return [forbiddenValue('spec', why)];
}

function withoutChangeable(spec: JsonRecord): JsonRecord {
  const rest: JsonRecord = { ...spec, tolerations: undefined };
  for (const field of changeable) rest[field] = undefined;
  for (const list of ['containers', 'initContainers']) {
    // The pull policy has its default from the image.
    rest[list] = recordsAt(spec, list).map((container) => ({
      ...container,
      image: undefined,
      imagePullPolicy: undefined,
    }));
  }
  return rest;
}

function keepsTolerations(spec: JsonRecord, before: JsonRecord): boolean {
  const now = arrayAt(spec, 'tolerations');
  return arrayAt(before, 'tolerations').every((old) => now.some((item) => isDeepStrictEqual(item, old)));
}
