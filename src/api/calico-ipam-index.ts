import type { KubernetesObject } from './meta.ts';

/**
 * projectcalico.org/v3 BlockAffinity: which node holds a block, in a cluster of Calico. This project reads it to import
 * such a cluster; its own truth is the block.
 */
export interface BlockAffinity extends KubernetesObject {
  readonly spec: {
    readonly state: '' | 'confirmed' | 'pending' | 'pendingDeletion';
    readonly node: string;
    /** `host` (the default) or `virtual`. */
    readonly type?: string;
    readonly cidr: string;
    readonly deleted?: boolean;
  };
}

/** projectcalico.org/v3 IPAMHandle: how many addresses of which blocks a handle holds, in a cluster of Calico. */
export interface IPAMHandle extends KubernetesObject {
  readonly spec: {
    readonly handleID: string;
    /** Addresses by the CIDR of their block. */
    readonly block: Readonly<Record<string, number>>;
    readonly deleted?: boolean;
  };
}
