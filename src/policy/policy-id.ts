/** The kinds of policy, by the short names that chains and log prefixes use. */
export type PolicyKind = 'np' | 'gnp' | 'knp' | 'kcnp' | 'anp' | 'banp' | 'snp' | 'sgnp' | 'sknp';

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
