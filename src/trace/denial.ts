import type { KubernetesObject } from '../api/meta.ts';
import type { PolicyResources } from '../policy/resources.ts';
import type { SomeResources } from './apply-resources.ts';
import type { Checkpoint } from './connection.ts';
import type { RemedyPeer } from './remedy-rule.ts';

/** A place that denies a packet, and who is at the other end of it. */
export interface Denial {
  readonly resources: PolicyResources;
  readonly checkpoint: Checkpoint;
  readonly peer: RemedyPeer;
}

/** What would let a denied packet through one checkpoint. */
export interface Remedy {
  /** In a line: `add to NetworkPolicy default/web the ingress rule "Allow TCP from ..."`. */
  readonly text: string;
  /** The resource to apply, whole. */
  readonly resource: KubernetesObject;
  /** What it lets through besides, when that is much more than was asked for. */
  readonly caution?: string;
}

/** A remedy to try out. */
export interface RemedyCandidate extends Remedy {
  readonly changed: SomeResources;
}
