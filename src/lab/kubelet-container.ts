import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Container, Pod } from '../api/core.ts';
import { WeftError } from '../base/errors.ts';
import { containerScript } from './container-script.ts';
import type { KubeletContext } from './kubelet-context.ts';
import { podHostname } from './pod-files.ts';
import { podDirectory } from './pod-record.ts';
import { identifyProcess, isRunning, type ProcessIdentity, signalProcess } from './process-identity.ts';

/** A container that is a process. */
export interface ContainerProcess {
  readonly process: ProcessIdentity;
  /** Resolves with the exit status when it ends. */
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
  netns: string | undefined,
): ContainerProcess {
  const files = containerFiles(context, pod, container);
  rmSync(files.exit, { force: true });
  rmSync(files.pid, { force: true });
  mkdirSync(dirname(files.log), { recursive: true });
  const log = openSync(files.log, 'a');
  const hostname = podHostname(pod, context.node);
  const words = [
    ...(netns === undefined ? [] : ['nsenter', `--net=${netns}`, '--']),
    ...['unshare', '--mount', '--propagation', 'slave', '--uts', '--pid', '--fork', '--kill-child=KILL'],
    ...['sh', '-c', containerScript, 'weft-container', files.directory, hostname, container.name],
    ...[container.workingDir ?? '/', ...command],
  ];
  const [program = 'unshare', ...args] = words;
  try {
    const child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: containerEnvironment(context, container, hostname),
    });
    const identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
    if (identity === undefined) {
      child.on('error', () => {});
      throw new WeftError('LAB_CONTAINER', `Cannot start container "${container.name}": ${program} did not start`);
    }
    return { process: identity, ended: endOfChild(child), signal: signaller(files.pid, identity) };
  } finally {
    closeSync(log);
  }
}

/** A container that an earlier kubelet started. */
export function adoptContainerProcess(
  context: KubeletContext,
  pod: Pod,
  container: Container,
  process: ProcessIdentity,
): ContainerProcess {
  const files = containerFiles(context, pod, container);
  const ended = async (): Promise<number> => {
    while (isRunning(process)) await context.clock.sleep(500, context.signal);
    const text = readText(files.exit);
    return text === undefined ? 137 : Number(text);
  };
  return { process, ended: ended(), signal: signaller(files.pid, process) };
}

function containerFiles(context: KubeletContext, pod: Pod, container: Container) {
  const directory = podDirectory(context.podsDirectory, pod.metadata.uid ?? '');
  const name = `${pod.metadata.namespace ?? 'default'}_${pod.metadata.name}`;
  return {
    directory,
    pid: join(directory, `${container.name}.pid`),
    exit: join(directory, `${container.name}.exit`),
    log: join(context.podLogsDirectory, name, `${container.name}.log`),
  };
}

function containerEnvironment(context: KubeletContext, container: Container, hostname: string): NodeJS.ProcessEnv {
  const own = (container.env ?? []).flatMap((one) => (one.value === undefined ? [] : [[one.name, one.value] as const]));
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    HOSTNAME: hostname,
    KUBERNETES_SERVICE_HOST: context.serviceHost,
    KUBERNETES_SERVICE_PORT: '443',
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
