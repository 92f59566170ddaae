/** The path of a field inside another: `spec.cidr`; the field alone at the root. */
export function fieldAt(parent: string, key: string): string {
  return parent === '' ? key : `${parent}.${key}`;
}
