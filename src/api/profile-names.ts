/** The profile of a namespace: `kns.NAMESPACE`. */
export function namespaceProfileName(namespace: string): string {
  return `kns.${namespace}`;
}

/** The profile of a service account: `ksa.NAMESPACE.NAME`. */
export function serviceAccountProfileName(namespace: string, name: string): string {
  return `ksa.${namespace}.${name}`;
}

/** What a profile stands for. */
export type ProfileOwner =
  | { readonly kind: 'namespace'; readonly namespace: string }
  | { readonly kind: 'service-account'; readonly namespace: string; readonly name: string };

/** What a profile of this name stands for; `undefined` when the name is neither a namespace's nor an account's. */
export function parseProfileName(name: string): ProfileOwner | undefined {
  if (name.startsWith('kns.') && name.length > 'kns.'.length) {
    return { kind: 'namespace', namespace: name.slice('kns.'.length) };
  }
  // The name of a namespace has no dots, that of a service account may.
  const [, namespace, account] = /^ksa\.([^.]+)\.(.+)$/.exec(name) ?? [];
  if (namespace === undefined || account === undefined) return undefined;
  return { kind: 'service-account', namespace, name: account };
}
