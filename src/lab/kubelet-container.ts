import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Container, Pod } from '../api/core.ts';
import { WeftError } from '../base/errors.ts';
import { ContainerIo, type IoOptions } from './container-io.ts';
import type { ContainerLog } from './container-log.ts';
import { containerScript } from './container-script.ts';
import type { KubeletContext } from './kubelet-context.ts';
import { podHostname } from './pod-files.ts';
import { podDirectory } from './pod-record.ts';
import { identifyChild, identifyProcess, isRunning, type ProcessIdentity, signalProcess } from './process-identity.ts';

/** How long the output of a container that has ended may take to arrive. */
const outputLimitMs = 2000;

/** A container that is a process. */
export interface ContainerProcess {
  readonly process: ProcessIdentity;
  readonly io: ContainerIo;
  /** Resolves with the exit status when it has ended and its output is in the log. */
  readonly ended: Promise<number>;
  /** TERM or KILL to the container's first process. */
  signal(name: 'SIGTERM' | 'SIGKILL'): void;
}

/**
 * Starts a container's command in the pod's network namespace with mount, UTS and PID namespaces of its own. Mounts
 * are slaves of the node's: when another pod's namespace is unmounted there, no copy here keeps it alive.
 *
 * @throws WeftError LAB_CONTAINER
 */
export function startContainerProcess(
  context: KubeletContext,
  pod: Pod,
  container: Container,
  command: readonly string[],
  place: { readonly netns: string | undefined; readonly log: ContainerLog },
): ContainerProcess {
  const files = containerFiles(context, pod, container);
  rmSync(files.exit, { force: true });
  rmSync(files.pid, { force: true });
  const hostname = podHostname(pod, context.node);
  const options = ioOptions(container);
  const words = [
    ...(place.netns === undefined ? [] : ['nsenter', `--net=${place.netns}`, '--']),
    ...['unshare', '--mount', '--propagation', 'slave', '--uts', '--pid', '--fork', '--kill-child=KILL'],
    ...['sh', '-c', containerScript, 'weft-container', files.directory, hostname, container.name],
    ...[container.workingDir ?? '/', ...(options.tty ? ['setsid', '--ctty', '--wait'] : []), ...command],
  ];
  const [program = 'unshare', ...args] = words;
  const { io, stdio, started } = ContainerIo.create(files.streams, options, place.log);
  let child: ChildProcess;
  try {
    child = spawn(program, args, {
      detached: true,
      stdio: [...stdio],
      env: containerEnvironment(context, container, hostname),
    });
  } finally {
    started();
  }
  const identity = identifyChild(child.pid);
  if (identity === undefined) {
    child.on('error', () => {});
    io.close();
    throw new WeftError('LAB_CONTAINER', `Cannot start container "${container.name}": ${program} did not start`);
  }
  return { process: identity, io, ended: withOutput(endOfChild(child), io), signal: signaller(files.pid, identity) };
}

/** A container that an earlier kubelet started. */
export function adoptContainerProcess(
  context: KubeletContext,
  pod: Pod,
  container: Container,
  process: ProcessIdentity,
  log: ContainerLog,
): ContainerProcess {
  const files = containerFiles(context, pod, container);
  const ended = async (): Promise<number> => {
    while (isRunning(process)) await context.clock.sleep(500, context.signal);
    const text = readText(files.exit);
    return text === undefined ? 137 : Number(text);
  };
  const io = ContainerIo.adopt(files.streams, ioOptions(container), log);
  return { process, io, ended: withOutput(ended(), io), signal: signaller(files.pid, process) };
}

/** A container's last words are in its log before anybody hears that it has ended. */
async function withOutput(ended: Promise<number>, io: ContainerIo): Promise<number> {
  const code = await ended;
  await Promise.race([io.ended, sleep(outputLimitMs)]);
  io.close();
  return code;
}

function ioOptions(container: Container): IoOptions {
  return {
    tty: container.tty === true,
    stdin: container.stdin === true,
    stdinOnce: container.stdinOnce === true,
  };
}

function containerFiles(context: KubeletContext, pod: Pod, container: Container) {
  const directory = podDirectory(context.podsDirectory, pod.metadata.uid ?? '');
  return {
    directory,
    pid: containerPidFile(directory, container.name),
    exit: join(directory, `${container.name}.exit`),
    streams: join(directory, container.name),
  };
}

/** Where a container leaves the number of its first process, as the node counts. @param directory the pod's */
export function containerPidFile(directory: string, container: string): string {
  return join(directory, `${container}.pid`);
}

/** The environment of a container's processes. */
export function containerEnvironment(
  context: KubeletContext,
  container: Container,
  hostname: string,
): NodeJS.ProcessEnv {
  const own = (container.env ?? []).flatMap((one) => (one.value === undefined ? [] : [[one.name, one.value] as const]));
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    HOSTNAME: hostname,
    KUBERNETES_SERVICE_HOST: context.serviceHost,
    KUBERNETES_SERVICE_PORT: '443',
    ...(container.tty === true ? { TERM: 'xterm' } : {}),
    ...Object.fromEntries(own),
  };
}

function endOfChild(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.on('error', () => resolve(127));
    child.on('exit', (code) => resolve(code ?? 137));
  });
}

/** The signal goes to the namespace's first process; `unshare` itself ignores TERM. */
function signaller(pidFile: string, outer: ProcessIdentity): (name: 'SIGTERM' | 'SIGKILL') => void {
  return (name) => {
    if (!isRunning(outer)) return;
    const inner = identifyProcess(Number(readText(pidFile) ?? '0'));
    signalProcess(inner ?? outer, name);
  };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
