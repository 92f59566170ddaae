import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { silentLogger } from '../../../base/log.ts';
import { notFound } from '../../status-error.ts';
import { exitStatus } from '../exit-status.ts';
import type { LogRequest, NodeStreams } from '../node-streams.ts';
import type { TerminalSize } from '../remote-command.ts';
import { serveNode } from '../serve-node.ts';
import { socketsIn } from '../sockets-in.ts';

/** A node for tests: containers are processes of this machine, ports are its own. */
export interface ProcessNode {
  readonly name: string;
  readonly find: ReturnType<typeof socketsIn>;
  readonly sizes: TerminalSize[];
  readonly logRequests: LogRequest[];
  /** Processes that run for a client now. */
  running(): number;
  stop(): Promise<void>;
}

/** Starts one, on a socket in a folder of its own. Container `none` does not exist. */
export async function startProcessNode(): Promise<ProcessNode> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-node-'));
  const sizes: TerminalSize[] = [];
  const logRequests: LogRequest[] = [];
  let running = 0;
  const exec: NodeStreams['exec'] = async (target, request) => {
    if (target.container === 'none') throw notFound({ group: '', plural: 'containers', kind: 'Container' }, 'none');
    return async (streams) => {
      const [program = '', ...args] = request.command;
      running += 1;
      const child = spawn(program, args);
      streams.gone.addEventListener('abort', () => child.kill('SIGKILL'));
      streams.onResize((size) => sizes.push(size));
      child.stdin.on('error', () => {});
      streams.stdin?.pipe(child.stdin);
      const outputs = [pipeline(child.stdout, streams.stdout ?? process.stderr).catch(() => {})];
      if (streams.stderr !== undefined) outputs.push(pipeline(child.stderr, streams.stderr).catch(() => {}));
      const [code] = (await once(child, 'exit')) as [number | null];
      running -= 1;
      await Promise.all(outputs);
      return exitStatus(code ?? 137);
    };
  };
  const connectTo = async (port: number) => {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    await once(socket, 'connect');
    return socket;
  };
  const node: NodeStreams = {
    exec,
    attach: (target, request) => exec(target, { ...request, command: ['cat'] }),
    portForward: async () => connectTo,
    connect: connectTo,
    log: async (_target, request) => {
      logRequests.push(request);
      return Readable.from(['one\n', 'two\n']);
    },
  };
  const server = serveNode(node, silentLogger);
  await new Promise<void>((resolve) => server.listen(join(folder, 'node1.sock'), resolve));
  return {
    ...{ name: 'node1', find: socketsIn(folder), sizes, logRequests },
    running: () => running,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
