import type { KubernetesPolicySpec } from '../../api/calico-policy.ts';
import { validateKubernetesPolicySpec } from '../../api/validate-kubernetes-policy.ts';
import { validateLabelSelector } from '../../api/validate-label-selector.ts';
import { type ApiObject, recordAt, stringAt } from '../json.ts';
import { type Cause, causeOf, forbiddenValue, invalidValue } from '../status-error.ts';
import { validateRole, validateRoleBinding, validateRoleBindingChange } from './validate-access.ts';
import { validateData, validateDataChange } from './validate-data.ts';
import { validateEndpointSlice, validateEndpoints } from './validate-endpoints.ts';
import { validatePodChange, validatePodSpec } from './validate-pod-spec.ts';
import { validateService, validateServiceChange } from './validate-service.ts';
import { validateWorkload, validateWorkloadChange } from './validate-workload.ts';

/**
 * What is wrong with a built-in object, beyond its metadata and the types of its fields: the rules that protect the
 * rest of the system from objects it could not make sense of, and the fields that may not change.
 */
export function validateBuiltIn(object: Readonly<ApiObject>, old: Readonly<ApiObject> | undefined): Cause[] {
  const rules = rulesOf[object.kind]?.(object) ?? [];
  return old === undefined ? rules : [...rules, ...(changesOf[object.kind]?.(object, old) ?? [])];
}

type Rules = (object: Readonly<ApiObject>) => Cause[];
type ChangeRules = (object: Readonly<ApiObject>, old: Readonly<ApiObject>) => Cause[];

const rulesOf: Readonly<Record<string, Rules>> = {
  ClusterRole: validateRole,
  ClusterRoleBinding: validateRoleBinding,
  ConfigMap: validateData,
  Deployment: validateWorkload,
  EndpointSlice: validateEndpointSlice,
  Endpoints: validateEndpoints,
  Event: (object) => {
    const namespace = stringAt(object, 'involvedObject', 'namespace') ?? '';
    const own = object.metadata.namespace ?? '';
    if (namespace === own || (namespace === '' && (own === 'default' || own === 'kube-system'))) return [];
    return [invalidValue('involvedObject.namespace', namespace, 'does not match event.namespace')];
  },
  // Safe: the types of the fields have been checked.
  NetworkPolicy: ({ spec }) => validateKubernetesPolicySpec((spec ?? {}) as KubernetesPolicySpec).map(causeOf),
  Pod: (object) => validatePodSpec(recordAt(object, 'spec') ?? {}, 'spec'),
  PodDisruptionBudget: (object) => {
    const { minAvailable, maxUnavailable } = recordAt(object, 'spec') ?? {};
    const causes = validateLabelSelector('spec.selector', recordAt(object, 'spec', 'selector')).map(causeOf);
    if (minAvailable === undefined || maxUnavailable === undefined) return causes;
    const why = 'minAvailable and maxUnavailable cannot be both set';
    return [...causes, invalidValue('spec', { minAvailable, maxUnavailable }, why)];
  },
  ReplicaSet: validateWorkload,
  Role: validateRole,
  RoleBinding: validateRoleBinding,
  Secret: validateData,
  Service: validateService,
};

const changesOf: Readonly<Record<string, ChangeRules>> = {
  ClusterRoleBinding: validateRoleBindingChange,
  ConfigMap: validateDataChange,
  Deployment: validateWorkloadChange,
  EndpointSlice: (object, old) =>
    object.addressType === old.addressType
      ? []
      : [invalidValue('addressType', object.addressType, 'field is immutable')],
  Pod: (object, old) => {
    const before = stringAt(old, 'spec', 'nodeName') ?? '';
    const now = stringAt(object, 'spec', 'nodeName') ?? '';
    const moves =
      before === '' || before === now
        ? []
        : [forbiddenValue('spec.nodeName', 'a pod that runs on a node cannot move; delete it and create it again')];
    return [...moves, ...validatePodChange(recordAt(object, 'spec') ?? {}, recordAt(old, 'spec') ?? {})];
  },
  ReplicaSet: validateWorkloadChange,
  RoleBinding: validateRoleBindingChange,
  Secret: validateDataChange,
  Service: validateServiceChange,
};
