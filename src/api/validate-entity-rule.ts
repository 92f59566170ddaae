import { errorText } from '../base/errors.ts';
import { cidrOf, parseIpWithPrefix } from '../net/cidr.ts';
import type { EntityRule } from './calico-policy.ts';
import type { FieldError } from './field-error.ts';
import { fieldAt } from './field-path.ts';
import { validatePort } from './validate-port.ts';
import { validateSelector } from './validate-selector.ts';

/** Checks one end of a rule by itself. What depends on the rest of the rule is the matter of `validateRule`. */
export function validateEntityRule(entity: EntityRule, field = ''): readonly FieldError[] {
  const at = (key: string): string => fieldAt(field, key);
  return [
    ...validateNets(at('nets'), entity.nets),
    ...validateNets(at('notNets'), entity.notNets),
    ...validateSelector(at('selector'), entity.selector),
    ...validateSelector(at('notSelector'), entity.notSelector),
    ...validateSelector(at('namespaceSelector'), entity.namespaceSelector, 'alone'),
    ...validateSelector(at('serviceAccounts.selector'), entity.serviceAccounts?.selector),
    ...listed(at('ports'), entity.ports, validatePort),
    ...listed(at('notPorts'), entity.notPorts, validatePort),
    ...checkServices(entity, at('services')),
  ];
}

/** Checks a list of addresses and networks; host bits must be zero. */
export function validateNets(field: string, nets: readonly string[] | undefined): readonly FieldError[] {
  return listed(field, nets, validateNet);
}

function validateNet(field: string, value: string): readonly FieldError[] {
  try {
    const { ip, prefixLength } = parseIpWithPrefix(value);
    const cidr = cidrOf(ip, prefixLength);
    return cidr.startsWith(`${ip}/`) ? [] : [{ field, value, reason: `host bits are set, "${cidr}" needed` }];
  } catch (error) {
    return [{ field, value, reason: errorText(error) }];
  }
}

function checkServices(entity: EntityRule, field: string): readonly FieldError[] {
  const { services } = entity;
  if (services === undefined) return [];
  const beside = (what: string): string => `cannot specify ${what} and Services on the same rule`;
  const reasons: readonly (readonly [wrong: boolean, reason: string])[] = [
    [isEmpty(services.name), 'must specify a service name'],
    [!isEmpty(entity.namespaceSelector), beside('NamespaceSelector')],
    [!isEmpty(entity.selector) || !isEmpty(entity.notSelector), beside('Selector/NotSelector')],
    [entity.serviceAccounts !== undefined, beside('ServiceAccounts')],
    [!isEmpty(entity.nets) || !isEmpty(entity.notNets), beside('Nets/NotNets')],
  ];
  return reasons.filter(([wrong]) => wrong).map(([, reason]) => ({ field, value: services, reason }));
}

function isEmpty(value: string | readonly unknown[] | undefined): boolean {
  return value === undefined || value.length === 0;
}

function listed<T>(
  field: string,
  values: readonly T[] | undefined,
  check: (field: string, value: T) => readonly FieldError[],
): readonly FieldError[] {
  return (values ?? []).flatMap((value, index) => check(`${field}[${index}]`, value));
}
