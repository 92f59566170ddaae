import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../base/is-record.ts';
import { type ApiObject, arrayAt, type JsonRecord, recordAt, recordsAt, stringAt, valueAt } from './json.ts';
import { type Cause, forbiddenValue, invalidValue, requiredValue, unsupportedValue } from './status-error.ts';

/**
 * What is wrong with a built-in object, beyond its metadata: the rules that protect the rest of the system from
 * objects it could not make sense of, and the fields that may not change.
 */
export function validateBuiltIn(object: Readonly<ApiObject>, old: Readonly<ApiObject> | undefined): Cause[] {
  const spec = valueAt(object, 'spec');
  if (spec !== undefined && !isRecord(spec)) return [invalidValue('spec', spec, 'must be an object')];
  const rules = [...(rulesOf[object.kind]?.(object) ?? [])];
  return old === undefined ? rules : [...rules, ...(changesOf[object.kind]?.(object, old) ?? [])];
}

const rulesOf: Readonly<Record<string, (object: Readonly<ApiObject>) => Cause[]>> = {
  Pod: (object) => podSpec(recordAt(object, 'spec') ?? {}, 'spec'),
  Service: serviceRules,
  Deployment: workloadRules,
  ReplicaSet: workloadRules,
  EndpointSlice: (object) => {
    const types = ['IPv4', 'IPv6', 'FQDN'];
    if (object.addressType === undefined) return [requiredValue('addressType')];
    return types.includes(String(object.addressType))
      ? []
      : [unsupportedValue('addressType', object.addressType, types)];
  },
  Event: (object) => {
    const namespace = stringAt(object, 'involvedObject', 'namespace') ?? '';
    const own = object.metadata.namespace ?? '';
    if (namespace === own || (namespace === '' && (own === 'default' || own === 'kube-system'))) return [];
    return [invalidValue('involvedObject.namespace', namespace, 'does not match event.namespace')];
  },
};

const changesOf: Readonly<Record<string, (object: Readonly<ApiObject>, old: Readonly<ApiObject>) => Cause[]>> = {
  Pod: (object, old) => {
    const before = stringAt(old, 'spec', 'nodeName') ?? '';
    const now = stringAt(object, 'spec', 'nodeName') ?? '';
    return before === '' || before === now
      ? []
      : [forbiddenValue('spec.nodeName', 'a pod that runs on a node cannot move; delete it and create it again')];
  },
  Service: (object, old) => {
    const before = stringAt(old, 'spec', 'clusterIP') ?? '';
    const now = stringAt(object, 'spec', 'clusterIP') ?? '';
    const external =
      stringAt(object, 'spec', 'type') === 'ExternalName' || stringAt(old, 'spec', 'type') === 'ExternalName';
    return external || before === '' || now === '' || before === now
      ? []
      : [invalidValue('spec.clusterIPs[0]', now, 'may not change once set')];
  },
  Deployment: immutableSelector,
  ReplicaSet: immutableSelector,
  EndpointSlice: (object, old) =>
    object.addressType === old.addressType
      ? []
      : [invalidValue('addressType', object.addressType, 'field is immutable')],
  ConfigMap: immutableData,
  Secret: immutableData,
};

function immutableSelector(object: Readonly<ApiObject>, old: Readonly<ApiObject>): Cause[] {
  const now = valueAt(object, 'spec', 'selector');
  return isDeepStrictEqual(now, valueAt(old, 'spec', 'selector'))
    ? []
    : [invalidValue('spec.selector', now, 'field is immutable')];
}

function immutableData(object: Readonly<ApiObject>, old: Readonly<ApiObject>): Cause[] {
  if (old.immutable !== true) return [];
  const changed = ['data', 'binaryData', 'immutable'].filter((field) => !isDeepStrictEqual(object[field], old[field]));
  return changed.map((field) => forbiddenValue(field, 'field is immutable when `immutable` is set'));
}

function podSpec(spec: JsonRecord, path: string): Cause[] {
  const containers = arrayAt(spec, 'containers');
  if (containers.length === 0) return [requiredValue(`${path}.containers`)];
  const causes: Cause[] = [];
  const names = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const at = `${path}.containers[${index}]`;
    const name = stringAt(container, 'name') ?? '';
    if (name === '') causes.push(requiredValue(`${at}.name`));
    else if (names.has(name))
      causes.push({ field: `${at}.name`, reason: 'FieldValueDuplicate', message: `Duplicate value: "${name}"` });
    names.add(name);
    causes.push(...containerPorts(container, at));
  }
  const policy = spec.restartPolicy;
  const policies = ['Always', 'OnFailure', 'Never'];
  if (!policies.includes(String(policy))) causes.push(unsupportedValue(`${path}.restartPolicy`, policy, policies));
  return causes;
}

const protocols = ['TCP', 'UDP', 'SCTP'];

function containerPorts(container: unknown, at: string): Cause[] {
  return recordsAt(container, 'ports').flatMap((port, index) => [
    ...portNumber(port.containerPort, `${at}.ports[${index}].containerPort`),
    ...protocol(port.protocol, `${at}.ports[${index}].protocol`),
  ]);
}

function protocol(value: unknown, field: string): Cause[] {
  return protocols.includes(String(value)) ? [] : [unsupportedValue(field, value, protocols)];
}

function portNumber(value: unknown, field: string): Cause[] {
  if (value === undefined || value === null) return [requiredValue(field)];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535) return [];
  return [invalidValue(field, value, 'must be between 1 and 65535, inclusive')];
}

function serviceRules(object: Readonly<ApiObject>): Cause[] {
  const spec = recordAt(object, 'spec') ?? {};
  const types = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'];
  if (!types.includes(String(spec.type))) return [unsupportedValue('spec.type', spec.type, types)];
  if (spec.type === 'ExternalName') {
    return stringAt(spec, 'externalName') ? [] : [requiredValue('spec.externalName')];
  }
  const ports = recordsAt(spec, 'ports');
  if (ports.length === 0 && spec.clusterIP !== 'None') return [requiredValue('spec.ports')];
  const seen = new Set<string>();
  return ports.flatMap((port, index) => {
    const at = `spec.ports[${index}]`;
    const causes = [...portNumber(port.port, `${at}.port`), ...protocol(port.protocol, `${at}.protocol`)];
    const name = stringAt(port, 'name') ?? '';
    if (name === '' && ports.length > 1) causes.push(requiredValue(`${at}.name`));
    const key = `${port.protocol}/${port.port}`;
    if (seen.has(key))
      causes.push({
        field: at,
        reason: 'FieldValueDuplicate',
        message: `Duplicate value: ${JSON.stringify({ protocol: port.protocol, port: port.port })}`,
      });
    seen.add(key);
    if (typeof port.targetPort === 'number') causes.push(...portNumber(port.targetPort, `${at}.targetPort`));
    return causes;
  });
}

function workloadRules(object: Readonly<ApiObject>): Cause[] {
  const spec = recordAt(object, 'spec') ?? {};
  const causes: Cause[] = [];
  const { replicas } = spec;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas) || replicas < 0) {
    causes.push(invalidValue('spec.replicas', replicas, 'must be a whole number, at least 0'));
  }
  const selector = recordAt(spec, 'selector');
  const labels = recordAt(spec, 'template', 'metadata', 'labels') ?? {};
  if (selector === undefined) causes.push(requiredValue('spec.selector'));
  else if (recordAt(selector, 'matchLabels') === undefined && recordsAt(selector, 'matchExpressions').length === 0) {
    causes.push(invalidValue('spec.selector', selector, `empty selector is invalid for ${object.kind.toLowerCase()}`));
  } else if (Object.entries(recordAt(selector, 'matchLabels') ?? {}).some(([key, value]) => labels[key] !== value)) {
    causes.push(invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  }
  return [...causes, ...podSpec(recordAt(spec, 'template', 'spec') ?? {}, 'spec.template.spec')];
}
