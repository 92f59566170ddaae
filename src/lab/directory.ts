import { join } from 'node:path';

/** Where all labs of this machine keep their files. */
export const labsDirectory = '/run/weft/labs';

/** The run directory inside every node's own /run. */
export const nodeRunDirectory = '/run/weft';

/** Where a node's kubelet answers the API server, as the node sees it. */
export const nodeKubeletSocket = `${nodeRunDirectory}/kubelet.sock`;

/** The files of one lab. Everything a lab leaves on the machine is below `path`. */
export interface LabDirectory {
  readonly path: string;
  /** {@link LabState} as JSON. */
  readonly state: string;
  /** For people and for the CLI. */
  readonly kubeconfig: string;
  /** One file per process; `logs/NODE` leads to the node's own. */
  readonly logs: string;
  /** The API server's store. */
  readonly database: string;
  readonly certificates: string;
  /** What a node sees as /run. */
  nodeRun(node: string): string;
  /** Leads to the socket of a node's kubelet. Short enough for a socket's address, whatever the names are. */
  kubeletSocket(node: string): string;
  /** What a node sees as /run/weft/logs. */
  nodeLogs(node: string): string;
}

/** The layout of lab `name`. */
export function labDirectory(name: string): LabDirectory {
  const path = join(labsDirectory, name);
  const nodeRun = (node: string) => join(path, 'nodes', node, 'run');
  return {
    path,
    state: join(path, 'lab.json'),
    kubeconfig: join(path, 'kubeconfig'),
    logs: join(path, 'logs'),
    database: join(path, 'cluster.db'),
    certificates: join(path, 'certificates.json'),
    nodeRun,
    kubeletSocket: (node) => join(path, 'kubelets', `${node}.sock`),
    nodeLogs: (node) => join(nodeRun(node), 'weft', 'logs'),
  };
}
