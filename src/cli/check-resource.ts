import { unknownField } from '../api/check-schema.ts';
import type { FieldError } from '../api/field-error.ts';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import { validateObject } from '../api/validate.ts';
import { positionText, type Source, sourceText } from './manifest/source.ts';

/**
 * What is wrong with a resource, in calicoctl's words, with its place in the file; `undefined` when nothing is. Several
 * mistakes are a list, one in a line.
 */
export function checkResource(
  kind: Kind<KubernetesObject>,
  object: KubernetesObject,
  source?: Source,
): string | undefined {
  // A name that the server is to make is not there yet.
  const unnamed = object.metadata.name === undefined && typeof object.metadata.generateName === 'string';
  const errors = validateObject(kind, object).filter(({ field }) => !(unnamed && field === 'metadata.name'));
  const [first, ...others] = errors;
  if (first === undefined) return undefined;
  if (others.length === 0) {
    const place = source === undefined ? '' : `${sourceText(source, first.field)}: `;
    return place + (mistakeText(kind.kind, first) ?? `error with field ${fieldText(kind, first)}`);
  }
  const placed = errors.map((error) => ({ error, position: source?.find(error.field) }));
  placed.sort(
    (a, b) =>
      (a.position?.line ?? 0) - (b.position?.line ?? 0) || (a.position?.column ?? 0) - (b.position?.column ?? 0),
  );
  const lines = placed.map(({ error, position }) => {
    const at = position === undefined ? '' : `${positionText(position).replace(/^, /, '')}: `;
    return `-  ${at}${mistakeText(kind.kind, error) ?? fieldText(kind, error)}`;
  });
  const place = source === undefined ? '' : `${source.file}: document ${source.document}: `;
  return `${place}error with the following fields:\n${lines.join('\n')}`;
}

/** The words for a field nobody knows and a value of the wrong type, which calicoctl has no field to name for. */
function mistakeText(kind: string, error: FieldError): string | undefined {
  if (error.reason !== unknownField) return typeProblem(kind, error);
  return `field in document is not recognized or is in the wrong location: ${error.field.split('.').at(-1)}`;
}

const goTypes: Readonly<Record<string, string>> = {
  boolean: 'bool',
  integer: 'int',
  number: 'float64',
  string: 'string',
  array: 'slice',
  object: 'map',
};

/** The words of Go's JSON decoder, which is what refuses a value of the wrong type in calicoctl. */
function typeProblem(kind: string, { field, value, reason }: FieldError): string | undefined {
  const wanted = isLargeAsNumber(field, value) ? 'string' : goTypes[/^an? (\w+) is needed$/.exec(reason)?.[1] ?? ''];
  if (wanted === undefined) return undefined;
  return `cannot unmarshal ${jsonType(value)} into Go struct field ${kind}Spec.${field} of type ${wanted}`;
}

// Go reads one as a number of 32 bits, and what is none as a text with a dot.
function isLargeAsNumber(field: string, value: unknown): boolean {
  return /asnumber$/i.test(field) && typeof value === 'number' && !(value >= 0 && value < 2 ** 32);
}

function jsonType(value: unknown): string {
  if (typeof value === 'boolean') return 'bool';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** `IPPool.Spec.CIDR = '10.0.0.0/33' (reason)`. */
function fieldText(kind: Kind<KubernetesObject>, { field, value, reason }: FieldError): string {
  if (value === undefined) return `${field} (${reason})`;
  return `${goName(kind.kind, field)} = '${typeof value === 'string' ? value : JSON.stringify(value)}' (${reason})`;
}

const acronyms: Readonly<Record<string, string>> = {
  as: 'AS',
  asn: 'ASN',
  bgp: 'BGP',
  bpf: 'BPF',
  cidr: 'CIDR',
  http: 'HTTP',
  icmp: 'ICMP',
  ip: 'IP',
  ipip: 'IPIP',
  ips: 'IPs',
  nat: 'NAT',
  vxlan: 'VXLAN',
};

/** `IPPool.Spec.CIDR` for `spec.cidr`: the names calicoctl's users know. */
function goName(kind: string, path: string): string {
  if (!path.startsWith('spec.')) return path;
  const parts = path.split('.').map((part) => {
    const head = /^[a-z]+/.exec(part)?.[0] ?? '';
    return (acronyms[head] ?? head.charAt(0).toUpperCase() + head.slice(1)) + part.slice(head.length);
  });
  // A port of a rule is a value of its own there: `Ports[0].Port`.
  return [kind, ...parts].join('.').replace(/(Ports\[\d+\])$/, '$1.Port');
}
