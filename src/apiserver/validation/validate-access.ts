import { isDeepStrictEqual } from 'node:util';
import { type ApiObject, arrayAt, recordAt, recordsAt, stringAt } from '../json.ts';
import { type Cause, invalidValue, requiredValue, unsupportedValue } from '../status-error.ts';

/** What is wrong with a Role or ClusterRole. */
export function validateRole(object: Readonly<ApiObject>): Cause[] {
  return recordsAt(object, 'rules').flatMap((rule, index) =>
    arrayAt(rule, 'verbs').length > 0
      ? []
      : [requiredValue(`rules[${index}].verbs`, 'verbs must contain at least one value')],
  );
}

/** What is wrong with a RoleBinding or ClusterRoleBinding. */
export function validateRoleBinding(object: Readonly<ApiObject>): Cause[] {
  const role = recordAt(object, 'roleRef');
  const kinds = object.kind === 'RoleBinding' ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  if (role === undefined) return [requiredValue('roleRef')];
  return [
    ...(kinds.includes(String(role.kind)) ? [] : [unsupportedValue('roleRef.kind', role.kind, kinds)]),
    ...(stringAt(role, 'name') ? [] : [requiredValue('roleRef.name')]),
  ];
}

/** What an update of a binding changes and may not: its role. */
export function validateRoleBindingChange(object: Readonly<ApiObject>, old: Readonly<ApiObject>): Cause[] {
  return isDeepStrictEqual(object.roleRef, old.roleRef)
    ? []
    : [invalidValue('roleRef', object.roleRef, 'cannot change roleRef')];
}
