import type { Duplex, Readable } from 'node:stream';
import type { JsonRecord } from '../json.ts';
import type { ConnectToPort } from './port-forward.ts';
import type { CommandRequest, RemoteStreams } from './remote-command.ts';

/** Which container of which pod. The UID keeps a later pod of the same name from being meant. */
export interface ContainerTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  /** Empty for port-forward, which means the pod. */
  readonly container: string;
}

/** What of a container's log is asked for. */
export interface LogRequest {
  /** Goes on until the container ends. */
  readonly follow: boolean;
  /** The container before its last restart. */
  readonly previous: boolean;
  /** Each line begins with its time. */
  readonly timestamps: boolean;
  /** Only that many lines from the end. */
  readonly tailLines: number | undefined;
  /** Only lines from this time on, milliseconds since the epoch. */
  readonly since: number | undefined;
  /** The answer ends after so many bytes. */
  readonly limitBytes: number | undefined;
  /** Which output; both when absent. */
  readonly stream: 'stdout' | 'stderr' | undefined;
}

/** Runs with the client's streams; resolves with the Status that says how it ended (see `exitStatus`). */
export type RemoteRun = (streams: RemoteStreams) => Promise<JsonRecord>;

/**
 * What a node does for clients of its pods. Every call rejects with a StatusError for what can be known beforehand (no
 * such container); whatever goes wrong later is told in the stream.
 */
export interface NodeStreams {
  exec(target: ContainerTarget, request: CommandRequest): Promise<RemoteRun>;
  attach(target: ContainerTarget, request: CommandRequest): Promise<RemoteRun>;
  portForward(target: ContainerTarget): Promise<ConnectToPort>;
  log(target: ContainerTarget, request: LogRequest): Promise<Readable>;
  /** A connection to a port of the node itself, 127.0.0.1 included. Rejects when there is nobody. */
  connect(port: number): Promise<Duplex>;
}

/** How the API server reaches a node's {@link NodeStreams}: the unix socket that a `serveNode` listens on. */
export type FindKubelet = (node: string) => { readonly socketPath: string } | undefined;
