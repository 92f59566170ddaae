/**
 * What the CNI plugin and the node agent say to each other over the agent's unix socket: one JSON line each way, then
 * the connection closes. Neutral to the CNI version: the plugin turns the answer into the version it was asked for.
 */

/** Where the agent listens, below its run directory. */
export const agentSocketPath = '/run/weft/agent.sock';
/** The run directory: socket, endpoint records, notes the plugin leaves while the agent is down. */
export const agentRunDirectory = '/run/weft';

/** Every command but VERSION, which needs no agent. @see CNI spec 1.1 "CNI operations" */
export const cniCommands = ['ADD', 'DEL', 'CHECK', 'GC', 'STATUS'] as const;

/** What the runtime asks of the plugin, handed on. */
export interface CniRequest {
  readonly command: (typeof cniCommands)[number];
  /** Absent for GC and STATUS. */
  readonly containerId?: string;
  /** Path of the network namespace. May be absent for DEL. */
  readonly netns?: string;
  readonly ifName?: string;
  /** CNI_ARGS, parsed: K8S_POD_NAME, K8S_POD_NAMESPACE, K8S_POD_UID, IP, MAC... */
  readonly args: Readonly<Record<string, string>>;
  /**
   * When the plugin stops waiting, in milliseconds of the machine's monotonic clock. An ADD that has not begun by then
   * must not begin: nobody would hear of it, and the DEL for it may be through already.
   */
  readonly deadlineMs?: number;
  /** The network configuration as it came on stdin. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** The agent's answer; `result` only for ADD. */
export type CniResponse =
  | { readonly ok: true; readonly result?: CniResult }
  | { readonly ok: false; readonly error: CniErrorBody };

/** @see CNI spec 1.1 "Error": 1-99 are the spec's, 100+ the plugin's; 11 = try again later. */
export interface CniErrorBody {
  readonly code: number;
  readonly msg: string;
  readonly details?: string;
}

/** A result in spec 1.1 shape without `cniVersion`. */
export interface CniResult {
  readonly interfaces: readonly {
    readonly name: string;
    readonly mac?: string;
    readonly mtu?: number;
    readonly sandbox?: string;
  }[];
  readonly ips: readonly { readonly address: string; readonly gateway?: string; readonly interface?: number }[];
  readonly routes?: readonly { readonly dst: string; readonly gw?: string }[];
  readonly dns?: Readonly<Record<string, unknown>>;
}
