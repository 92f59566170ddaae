/** What the name of a pod's WorkloadEndpoint is made of. */
export interface WorkloadEndpointId {
  readonly node: string;
  readonly pod: string;
  /** The interface inside. */
  readonly endpoint: string;
}

const orchestrator = 'k8s';

/** `NODE-k8s-POD-ENDPOINT`, each `-` inside a part doubled: `node--1-k8s-my--app-eth0`. */
export function formatWorkloadEndpointName({ node, pod, endpoint }: WorkloadEndpointId): string {
  return [node, orchestrator, pod, endpoint].map((part) => part.replaceAll('-', '--')).join('-');
}

/** The parts of a name; `undefined` when it is not that of a pod's endpoint. */
export function parseWorkloadEndpointName(name: string): WorkloadEndpointId | undefined {
  // A part neither begins nor ends with "-", so pairs are inside parts and single ones between them.
  const parts = name.match(/(?:[^-]|--)+/g)?.map((part) => part.replaceAll('--', '-')) ?? [];
  const [node, runner, pod, endpoint, ...more] = parts;
  if (node === undefined || pod === undefined || endpoint === undefined || more.length > 0) return undefined;
  const id = { node, pod, endpoint };
  return runner === orchestrator && formatWorkloadEndpointName(id) === name ? id : undefined;
}
