import type { HostEndpointTemplate, KubeControllersConfiguration } from './calico-config.ts';
import type { FieldError } from './field-error.ts';
import { validateNetworks } from './validate-address.ts';
import { validateAnnotations, validateLabels } from './validate-labels.ts';
import { validateOnlyName } from './validate-only-name.ts';
import { validatePattern } from './validate-pattern.ts';
import { validateSelector } from './validate-selector.ts';

/** Checks what a schema cannot say about settings of the controllers. The only object is called `default`. */
export function validateControllers({ metadata, spec }: KubeControllersConfiguration): readonly FieldError[] {
  const templates = spec.controllers.node?.hostEndpoint?.templates ?? [];
  return [
    ...validateOnlyName('KubeControllersConfiguration', metadata.name),
    ...templates.flatMap((template, index) =>
      checkTemplate(template, `spec.controllers.node.hostEndpoint.templates[${index}]`),
    ),
  ];
}

function checkTemplate(template: HostEndpointTemplate, at: string): readonly FieldError[] {
  return [
    ...validateNetworks(`${at}.interfaceCIDRs`, template.interfaceCIDRs),
    ...validatePattern(`${at}.interfacePattern`, template.interfacePattern),
    ...validateSelector(`${at}.nodeSelector`, template.nodeSelector),
    ...validateLabels(`${at}.labels`, template.labels),
    ...validateAnnotations(`${at}.annotations`, template.annotations),
  ];
}
