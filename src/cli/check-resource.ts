import { unknownField } from '../api/check-schema.ts';
import type { FieldError } from '../api/field-error.ts';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import { validateObject } from '../api/validate.ts';

/** What is wrong with a resource, in calicoctl's words; `undefined` when nothing is. */
export function checkResource(kind: Kind<KubernetesObject>, object: KubernetesObject): string | undefined {
  const errors = validateObject(kind, object);
  const unknown = errors.find(({ reason }) => reason === unknownField);
  if (unknown !== undefined) {
    const field = unknown.field.split('.').at(-1);
    return `field in document is not recognized or is in the wrong location: ${field}`;
  }
  const [first, ...others] = errors;
  const mistyped = errors.map((error) => typeProblem(kind.kind, error)).find((text) => text !== undefined);
  if (mistyped !== undefined) return mistyped;
  if (first === undefined) return undefined;
  if (others.length === 0) return `error with field ${describe(kind, first)}`;
  return `error with the following fields: ${errors.map((error) => `- ${describe(kind, error)}`).join(' ')}`;
}

const goTypes: Readonly<Record<string, string>> = { boolean: 'bool', integer: 'int', string: 'string', array: 'slice' };

/** The words of Go's JSON decoder, which is what refuses a value of the wrong type in calicoctl. */
function typeProblem(kind: string, { field, value, reason }: FieldError): string | undefined {
  const wanted = goTypes[/^an? (\w+) is needed$/.exec(reason)?.[1] ?? ''];
  if (wanted === undefined) return undefined;
  const found = typeof value === 'boolean' ? 'bool' : Array.isArray(value) ? 'array' : typeof value;
  return `cannot unmarshal ${found} into Go struct field ${kind}Spec.${field} of type ${wanted}`;
}

function describe(kind: Kind<KubernetesObject>, { field, value, reason }: FieldError): string {
  if (value === undefined) return `${field} (${reason})`;
  return `${goName(kind.kind, field)} = '${typeof value === 'string' ? value : JSON.stringify(value)}' (${reason})`;
}

const acronyms: Readonly<Record<string, string>> = {
  cidr: 'CIDR',
  nat: 'NAT',
  ipip: 'IPIP',
  vxlan: 'VXLAN',
  bgp: 'BGP',
};

/** `IPPool.Spec.CIDR` for `spec.cidr`: the names calicoctl's users know. */
function goName(kind: string, path: string): string {
  if (!path.startsWith('spec.')) return path;
  const parts = path.split('.').map((part) => {
    const head = /^[a-z]+/.exec(part)?.[0] ?? '';
    return (acronyms[head] ?? head.charAt(0).toUpperCase() + head.slice(1)) + part.slice(head.length);
  });
  return [kind, ...parts].join('.');
}
