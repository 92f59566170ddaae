import type { Node, NodeSystemInfo } from 'kubernetes-types/core/v1.d.ts';
import { column, type TableColumn } from './column.ts';
import { ageColumn, joinSome, nameColumn, none } from './common-columns.ts';

const rolePrefix = 'node-role.kubernetes.io/';
const roleLabel = 'kubernetes.io/role';

function statusText({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  const word = ready === undefined ? 'Unknown' : ready === 'True' ? 'Ready' : 'NotReady';
  return spec?.unschedulable === true ? `${word},SchedulingDisabled` : word;
}

function roles({ metadata }: Node): string {
  const found = new Set<string>();
  for (const [key, value] of Object.entries(metadata?.labels ?? {})) {
    if (key.startsWith(rolePrefix) && key !== rolePrefix) found.add(key.slice(rolePrefix.length));
    else if (key === roleLabel && value !== '') found.add(value);
  }
  return joinSome([...found].sort());
}

function address(wanted: string): (node: Node) => string {
  return ({ status }) => status?.addresses?.find(({ type }) => type === wanted)?.address || none;
}

function info(field: keyof NodeSystemInfo): (node: Node) => string {
  return ({ status }) => String(status?.nodeInfo?.[field] || '<unknown>');
}

/** The columns of nodes. */
export const nodeColumns: readonly TableColumn[] = [
  nameColumn,
  column<Node>('Status', statusText),
  column<Node>('Roles', roles),
  ageColumn,
  column<Node>('Version', ({ status }) => status?.nodeInfo?.kubeletVersion ?? ''),
  column<Node>('Internal-IP', address('InternalIP'), { wide: true }),
  column<Node>('External-IP', address('ExternalIP'), { wide: true }),
  column<Node>('OS-Image', info('osImage'), { wide: true }),
  column<Node>('Kernel-Version', info('kernelVersion'), { wide: true }),
  column<Node>('Container-Runtime', info('containerRuntimeVersion'), { wide: true }),
];
