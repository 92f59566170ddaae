/** What the CNI configuration of a node says. */
export interface ConflistOptions {
  /** `10-weft.conflist` runs our plugin by its name; `10-calico.conflist` keeps the name that tools look for. */
  readonly fileName?: '10-weft.conflist' | '10-calico.conflist';
  /** More plugins to chain, as CNI configuration objects: `{type: 'portmap', snat: true, ...}`. */
  readonly chained?: readonly Readonly<Record<string, unknown>>[];
}

/** A file for /etc/cni/net.d. */
export interface CniConflist {
  readonly fileName: string;
  readonly text: string;
}

/**
 * The network configuration that container runtimes read. The agent knows pools, addresses and MTU, so the plugin
 * needs to be told nothing; `k8s-pod-network` is part of the IPAM handles, so it keeps Calico's name.
 *
 * @see CNI spec 1.0.0 "Section 1: Network configuration format"
 */
export function renderCniConflist({ fileName = '10-weft.conflist', chained = [] }: ConflistOptions = {}): CniConflist {
  const configuration = { name: 'k8s-pod-network', cniVersion: '1.0.0', plugins: [{ type: 'weft' }, ...chained] };
  return { fileName, text: `${JSON.stringify(configuration, undefined, 2)}\n` };
}
