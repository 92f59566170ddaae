import { assertNever } from '../base/errors.ts';
import { formatSelector } from '../selector/format-selector.ts';
import type { Selector } from '../selector/selector.ts';

/** Which addresses a list holds. Specs with one text are of one list. */
export type ListSpec = SelectorListSpec | NamedPortListSpec | ServiceListSpec;

/** Addresses of the endpoints, and networks of the network sets, that match. */
export interface SelectorListSpec {
  readonly kind: 'selector';
  readonly selector: Selector;
}

/** Address, protocol and number of the ports that matching endpoints have by a name. */
export interface NamedPortListSpec {
  readonly kind: 'named-port';
  /** Absent: every endpoint. */
  readonly selector?: Selector;
  readonly name: string;
  /** IANA number; absent: any. */
  readonly protocol?: number;
}

/** What stands behind a Service. */
export interface ServiceListSpec {
  readonly kind: 'service';
  readonly namespace: string;
  readonly name: string;
  /** With protocol and port. */
  readonly withPorts: boolean;
}

/** The canonical text of a spec, for people too: `app == "web"`, `protocol 6 port "http" of all()`. */
export function formatListSpec(spec: ListSpec): string {
  switch (spec.kind) {
    case 'selector':
      return formatSelector(spec.selector);
    case 'named-port': {
      const protocol = spec.protocol === undefined ? '' : `protocol ${spec.protocol} `;
      return `${protocol}port "${spec.name}" of ${formatSelector(spec.selector ?? { kind: 'all' })}`;
    }
    case 'service':
      return `${spec.withPorts ? 'ports' : 'addresses'} of service ${spec.namespace}/${spec.name}`;
    default:
      return assertNever(spec);
  }
}
