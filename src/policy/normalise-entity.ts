import type { EntityRule, PortField, ServiceAccountMatch } from '../api/calico-policy.ts';
import { readField, Unreadable } from '../api/unreadable.ts';
import { parseNetwork } from '../net/network.ts';
import { parsePort } from '../net/port.ts';
import { parseSelector } from '../selector/parse-selector.ts';
import { renameLabels } from '../selector/rename-labels.ts';
import type { Selector } from '../selector/selector.ts';
import type { NormalEntity, PortCondition } from './normal-policy.ts';
import {
  allOf,
  inNamespace,
  isSelectorGiven,
  readNamespaceSelector,
  serviceAccountLabel,
  serviceAccountPrefix,
} from './normalise-selector.ts';

/** What an end of a rule is read in. */
export interface EntityContext {
  /** `source`. */
  readonly field: string;
  /** Of the policy; absent for cluster-wide ones. */
  readonly namespace?: string;
  /** Whether a Service may stand here, and whether it stands for its ports, too. */
  readonly service?: { readonly withPorts: boolean };
}

/**
 * One end of a rule with its selectors scoped: in a namespaced policy they mean the policy's own namespace unless a
 * namespaceSelector says otherwise; an end without any selector is not restricted.
 *
 * @throws Unreadable
 */
export function normalEntity(entity: EntityRule, context: EntityContext): NormalEntity {
  const { nets = [], notNets = [], ports = [], notPorts = [], notSelector } = entity;
  const at = (key: string): string => `${context.field}.${key}`;
  const selector = entitySelector(entity, context);
  const service = serviceOf(entity, context);
  return {
    ...(nets.length > 0 && { nets: nets.map((net, i) => readField(`${at('nets')}[${i}]`, () => parseNetwork(net))) }),
    ...(notNets.length > 0 && {
      notNets: notNets.map((net, i) => readField(`${at('notNets')}[${i}]`, () => parseNetwork(net))),
    }),
    ...(selector !== undefined && { selector }),
    ...(isSelectorGiven(notSelector) && {
      notSelector: readField(at('notSelector'), () => parseSelector(notSelector)),
    }),
    ...(ports.length > 0 && { ports: ports.map((port, i) => readPort(port, `${at('ports')}[${i}]`)) }),
    ...(notPorts.length > 0 && { notPorts: notPorts.map((port, i) => readPort(port, `${at('notPorts')}[${i}]`)) }),
    ...(service !== undefined && { service }),
  };
}

function entitySelector(entity: EntityRule, { field, namespace }: EntityContext): Selector | undefined {
  const { selector, notSelector, namespaceSelector, serviceAccounts = {} } = entity;
  const terms = [...accountTerms(serviceAccounts, `${field}.serviceAccounts`)];
  if (isSelectorGiven(selector)) terms.push(readField(`${field}.selector`, () => parseSelector(selector)));
  if (isSelectorGiven(namespaceSelector)) {
    terms.push(readField(`${field}.namespaceSelector`, () => readNamespaceSelector(namespaceSelector)));
  } else if (namespace !== undefined && (terms.length > 0 || isSelectorGiven(notSelector))) {
    terms.push(inNamespace(namespace));
  }
  return terms.length === 0 ? undefined : allOf(terms);
}

function accountTerms({ names = [], selector }: ServiceAccountMatch, field: string): readonly Selector[] {
  const terms: Selector[] = [];
  if (names.length > 0) terms.push({ kind: 'in', label: serviceAccountLabel, values: [...new Set(names)].sort() });
  if (isSelectorGiven(selector)) terms.push(readField(`${field}.selector`, () => readAccounts(selector)));
  return terms;
}

/** The labels of accounts as their pods carry them. */
function readAccounts(text: string): Selector {
  return renameLabels(parseSelector(text), (label) => `${serviceAccountPrefix}${label}`);
}

function serviceOf({ services }: EntityRule, context: EntityContext): NormalEntity['service'] {
  if (services === undefined) return undefined;
  const field = `${context.field}.services`;
  const { name = '' } = services;
  const namespace = services.namespace || (context.namespace ?? '');
  if (context.service === undefined) {
    throw new Unreadable(field, 'a Service found, which can be a source of ingress or a destination of egress only');
  }
  if (name === '') throw new Unreadable(`${field}.name`, 'nothing found, the name of a Service needed');
  if (namespace === '')
    throw new Unreadable(`${field}.namespace`, 'nothing found, the namespace of the Service needed');
  return { namespace, name, withPorts: context.service.withPorts };
}

function readPort(value: PortField, field: string): PortCondition {
  const port = readField(field, () => parsePort(value));
  return port.kind === 'name' ? { name: port.name } : { first: port.low, last: port.high };
}
