import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { badRequest, StatusError } from '../apiserver/status-error.ts';
import { exitStatus } from '../apiserver/streaming/exit-status.ts';
import type { ContainerTarget, LogRequest, NodeStreams, RemoteRun } from '../apiserver/streaming/node-streams.ts';
import type { ConnectToPort } from '../apiserver/streaming/port-forward.ts';
import type { CommandRequest } from '../apiserver/streaming/remote-command.ts';
import { errorText, hasCode, WeftError } from '../base/errors.ts';
import { connectPort } from '../host/connect-port.ts';
import { parseIp } from '../net/ip.ts';
import { startCommand } from './command-process.ts';
import { bound, containerEntry } from './container-entry.ts';
import type { Kubelet } from './kubelet.ts';
import { containerEnvironment, containerPidFile } from './kubelet-container.ts';
import type { KubeletContext } from './kubelet-context.ts';
import type { PodWorker } from './kubelet-pod.ts';
import { podHostname } from './pod-files.ts';
import { listRuns, runLogFile } from './pod-logs.ts';
import { podDirectory } from './pod-record.ts';
import type { ContainerFact } from './pod-status.ts';
import { readLog } from './read-log.ts';
import { runRemote } from './run-remote.ts';

/** How long a container that has just started may take to say which process it is. */
const pidLimitMs = 2000;

/** What a node of the lab does for clients of its pods. */
export function createNodeStreams(context: KubeletContext, kubelet: Kubelet): NodeStreams {
  const find = (target: ContainerTarget): PodWorker => {
    const worker = kubelet.worker(target.uid);
    if (worker !== undefined) return worker;
    throw new StatusError(404, 'NotFound', `pod "${target.pod}" is not on node "${context.node}" yet, or not any more`);
  };
  return {
    exec: async (target, request) => exec(context, find(target), target, request),
    attach: async (target, request) => attach(find(target), target, request),
    portForward: async (target) => portForward(find(target), target),
    log: async (target, request) => log(context, find(target), target, request),
    connect: (port) => connectLoopback(undefined, port, `port ${port} of node "${context.node}"`),
  };
}

async function exec(
  context: KubeletContext,
  worker: PodWorker,
  target: ContainerTarget,
  request: CommandRequest,
): Promise<RemoteRun> {
  requireRunning(worker, target);
  const { pod } = worker;
  const container = pod.spec.containers.find((one) => one.name === target.container);
  if (container === undefined) throw containerNotFound(target);
  const directory = podDirectory(context.podsDirectory, target.uid);
  const hostname = podHostname(pod, context.node);
  const isProcess = worker.record.containers[target.container]?.process !== undefined;
  const pid = isProcess ? await readPid(context, containerPidFile(directory, target.container)) : undefined;
  if (isProcess && pid === undefined) throw containerNotFound(target);
  const netns = worker.record.sandbox?.attachment.netns;
  const words = [...bound, ...containerEntry({ directory, hostname, netns, pid }, request.command, request.tty)];
  const environment = {
    ...containerEnvironment(context, container, hostname),
    ...(request.tty ? { TERM: 'xterm' } : {}),
  };
  return runRemote(() => startCommand(words, { tty: request.tty, stdin: request.stdin, environment }), request.tty);
}

async function attach(worker: PodWorker, target: ContainerTarget, request: CommandRequest): Promise<RemoteRun> {
  requireRunning(worker, target);
  const io = worker.io(target.container);
  if (io === undefined) throw containerNotFound(target);
  const { tty = false } = worker.pod.spec.containers.find((one) => one.name === target.container) ?? {};
  if (request.tty && !tty) {
    throw badRequest(`container ${target.container} of pod ${target.pod} has no terminal, attach without one (tty)`);
  }
  return async (streams) => {
    await io.attach(streams);
    return exitStatus(0);
  };
}

/** As a container runtime does it: the pod's own 127.0.0.1, then ::1. */
async function portForward(worker: PodWorker, target: ContainerTarget): Promise<ConnectToPort> {
  const netns = worker.record.sandbox?.attachment.netns;
  if (netns === undefined && worker.pod.spec.hostNetwork !== true) {
    throw badRequest(`pod "${target.pod}" has no network yet`);
  }
  return (port) => connectLoopback(netns, port, `port ${port} of pod "${target.namespace}/${target.pod}"`);
}

async function connectLoopback(netns: string | undefined, port: number, where: string): Promise<Socket> {
  const failures = new Set<string>();
  for (const address of ['127.0.0.1', '::1']) {
    try {
      return await connectPort(netns, parseIp(address), port);
    } catch (error) {
      if (hasCode(error, 'HOST_NETNS')) {
        throw new WeftError('LAB_PORT_FORWARD', `Cannot connect to ${where}: its network is gone`);
      }
      failures.add(connectFailure(error));
    }
  }
  throw new WeftError(
    'LAB_PORT_FORWARD',
    `Cannot connect to ${where}: ${[...failures].join(', ')} on 127.0.0.1 and ::1`,
  );
}

function connectFailure(error: unknown): string {
  const refused = error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
  return refused ? 'connection refused' : errorText(error);
}

async function log(
  context: KubeletContext,
  worker: PodWorker,
  target: ContainerTarget,
  request: LogRequest,
): Promise<Readable> {
  const { pod } = worker;
  const { state } = requireFact(worker, target);
  const runs = listRuns(context, pod, target.container);
  // A container that waits to be started again shows its last run, which is then also the previous one.
  const run = request.previous && state.kind !== 'waiting' ? runs.at(-2) : runs.at(-1);
  if (run === undefined) {
    if (!request.previous) throw waitingToStart(target, state);
    throw badRequest(`previous terminated container "${target.container}" in pod "${target.pod}" not found`);
  }
  const path = runLogFile(context, pod, target.container, run);
  const live = worker.io(target.container)?.log;
  return readLog(path, live?.path === path ? live : undefined, request);
}

function requireFact(worker: PodWorker, target: ContainerTarget): ContainerFact {
  const fact = worker.facts().find((one) => one.name === target.container);
  if (fact === undefined) throw containerNotFound(target);
  return fact;
}

function requireRunning(worker: PodWorker, target: ContainerTarget): void {
  const { state } = requireFact(worker, target);
  if (state.kind === 'waiting') throw waitingToStart(target, state);
  if (state.kind !== 'running') throw containerNotFound(target);
}

function waitingToStart(target: ContainerTarget, state: ContainerFact['state']): StatusError {
  const reason = state.kind === 'waiting' ? state.reason : 'ContainerCreating';
  return badRequest(`container "${target.container}" in pod "${target.pod}" is waiting to start: ${reason}`);
}

function containerNotFound(target: ContainerTarget): StatusError {
  return new StatusError(404, 'NotFound', `container not found ("${target.container}")`);
}

async function readPid(context: KubeletContext, path: string): Promise<string | undefined> {
  const end = context.clock.monotonicMs() + pidLimitMs;
  for (;;) {
    try {
      const text = readFileSync(path, 'utf8').trim();
      if (text !== '') return text;
    } catch {
      // Not written yet.
    }
    if (context.clock.monotonicMs() > end) return undefined;
    await context.clock.sleep(10);
  }
}
