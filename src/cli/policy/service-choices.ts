import type { EndpointSlice, Service } from '../../api/core.ts';
import { serviceNameLabel } from '../../api/service-name-label.ts';
import { WeftError } from '../../base/errors.ts';
import { tryParseIp } from '../../net/ip.ts';
import type { PolicyResources } from '../../policy/resources.ts';
import { nearest } from '../usage-error.ts';
import { type EndChoice, endAt } from './end-choice.ts';
import { findDotted } from './find-dotted.ts';
import { some } from './find-pod.ts';

/** Every backend of a Service that serves. @throws WeftError CLI_FAILED when there is none */
export function serviceChoices(resources: PolicyResources, text: string, namespace: string): readonly EndChoice[] {
  const { services, endpointSlices } = resources;
  const service = findDotted(text, namespace, (ns, name) =>
    services.find(({ metadata }) => metadata.name === name && metadata.namespace === ns),
  );
  if (service === undefined) {
    const names = services.map(({ metadata }) => `${metadata.name}.${metadata.namespace}`);
    const near = nearest(text, names) ?? nearest(`${text}.${namespace}`, names);
    const hint =
      near !== undefined
        ? `did you mean "svc/${near}"?`
        : names.length === 0
          ? 'there are no Services'
          : `there are ${some(names)}`;
    throw new WeftError('CLI_FAILED', `Cannot find Service "${text}": ${hint}`);
  }
  const { name } = service.metadata;
  const slices = endpointSlices.filter(
    ({ metadata }) => metadata.namespace === service.metadata.namespace && metadata.labels?.[serviceNameLabel] === name,
  );
  const choices = new Map<string, EndChoice>();
  for (const slice of slices) addBackends(choices, service, slice, resources);
  if (choices.size === 0) {
    throw new WeftError('CLI_FAILED', `Cannot follow packets to Service "${text}": no pod stands behind it`);
  }
  return [...choices.values()];
}

function addBackends(
  choices: Map<string, EndChoice>,
  { spec }: Service,
  { endpoints, ports = [] }: EndpointSlice,
  resources: PolicyResources,
): void {
  const servicePorts = ports.flatMap(({ name, protocol = 'TCP', port }) => {
    const own = (spec.ports ?? []).find(
      (one) => (one.name ?? '') === (name ?? '') && (one.protocol ?? 'TCP') === protocol,
    );
    return own === undefined || port === undefined ? [] : [{ name: own.name, protocol, servicePort: own.port, port }];
  });
  for (const { addresses, conditions } of endpoints) {
    if (conditions?.ready === false && conditions.serving !== true) continue;
    for (const address of addresses.flatMap((one) => tryParseIp(one) ?? [])) {
      const { ends } = endAt(address, resources);
      const known = choices.get(address)?.servicePorts ?? [];
      choices.set(address, { ends, servicePorts: [...known, ...servicePorts] });
    }
  }
}
