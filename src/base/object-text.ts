/** An API object as messages call it: `BGPPeer "rack1"`. */
export function objectText({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return `${kind} "${name}"`;
}
