import { timestamp as formatTimestamp } from '../api/timestamp.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Cluster } from '../datastore/cluster.ts';
import type { Limiter } from './limiter.ts';

/** What every part of one node's kubelet works with. */
export interface KubeletContext {
  readonly node: string;
  /** The node's addresses, IPv4 first. */
  readonly nodeIps: readonly string[];
  readonly cluster: Cluster;
  readonly log: Logger;
  readonly clock: Clock;
  /** Below it one directory per pod. */
  readonly podsDirectory: string;
  readonly podLogsDirectory: string;
  readonly cniConfigDirectory: string;
  readonly cniPath: readonly string[];
  /** KUBERNETES_SERVICE_HOST of every container. */
  readonly serviceHost: string;
  /** Bounds how many sandboxes are made or removed at the same time. */
  readonly sandboxLimit: Limiter;
  readonly signal: AbortSignal;
}

/** Now as the API writes times: RFC 3339, whole seconds. */
export function timestamp(clock: Clock): string {
  return formatTimestamp(clock.now());
}
