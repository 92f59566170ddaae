const namespaced = ['np', 'knp', 'snp', 'sknp'] as const;
const clusterWide = ['gnp', 'kcnp', 'anp', 'banp', 'sgnp'] as const;

/** The kinds of policy, by the short names that chains and log prefixes use. */
export type PolicyKind = (typeof namespaced)[number] | (typeof clusterWide)[number];

/** Which policy. */
export interface PolicyId {
  readonly kind: PolicyKind;
  /** Of namespaced kinds. */
  readonly namespace?: string;
  readonly name: string;
}

/** `np/default/allow-tcp-80`, `gnp/deny-all`. */
export function formatPolicyId({ kind, namespace, name }: PolicyId): string {
  return namespace === undefined ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}

/** Reads {@link formatPolicyId}'s text; `undefined` for anything else. */
export function parsePolicyId(text: string): PolicyId | undefined {
  const [kind, first = '', second = '', ...more] = text.split('/');
  if (first === '' || more.length > 0) return undefined;
  const wide = clusterWide.find((one) => one === kind);
  if (wide !== undefined) return second === '' ? { kind: wide, name: first } : undefined;
  const inside = namespaced.find((one) => one === kind);
  return inside === undefined || second === '' ? undefined : { kind: inside, namespace: first, name: second };
}
