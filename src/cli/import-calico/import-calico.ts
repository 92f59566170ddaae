import type { IPAMBlock } from '../../api/calico.ts';
import { calicoKinds, ipamBlocks } from '../../api/kinds.ts';
import type { Kind, KubernetesObject } from '../../api/meta.ts';
import { errorText, hasCode, WeftError } from '../../base/errors.ts';
import type { HttpCluster } from '../../datastore/http-cluster.ts';
import { heldAddresses } from '../../ipam/held-address.ts';
import { formatBox } from '../boxed-table.ts';
import { type CommandInput, type CommandIo, flag } from '../command.ts';
import { refuseArguments } from '../refuse-arguments.ts';
import { nameText } from '../resource-error.ts';
import { showChange } from '../show-change.ts';
import { type ImportPlan, type ImportStep, planImport } from './plan-import.ts';
import { type InvalidObject, readV1 } from './read-v1.ts';

/**
 * `weft import-calico`: reads crd.projectcalico.org/v1, writes projectcalico.org/v3. Nothing is deleted and nothing that
 * is there is changed. One invalid object stops it before anything is written; interrupted it goes on when run again.
 */
export async function run(input: CommandInput): Promise<number> {
  const { options, io, connect } = input;
  refuseArguments(input);
  const cluster = await connect();
  const { objects, invalid } = await readV1(cluster);
  if (objects.length + invalid.length === 0) {
    throw new WeftError('CLI_FAILED', 'Nothing to import: this cluster holds no objects of crd.projectcalico.org/v1');
  }
  await refuseForeignApi(cluster);
  const plan = planImport(objects, await readLive(cluster));
  for (const note of plan.notes) io.err(`Note: ${note}\n`);
  refuseProblems(invalid, plan, io);
  if (flag(options, 'dry-run')) {
    await printPlan(plan, io);
    return 0;
  }
  await writeSteps(cluster, plan.steps);
  await verifyBlocks(cluster, plan.steps);
  io.out(summary(plan.steps));
  const addresses = addressesOf(plan.steps);
  io.out(`Imported ${addresses.length} addresses in ${blocksIn(plan.steps).length} blocks, all accounted for\n`);
  return 0;
}

async function readLive(
  cluster: HttpCluster,
): Promise<ReadonlyMap<Kind<KubernetesObject>, readonly KubernetesObject[]>> {
  const lists = await Promise.all(calicoKinds.map(async (kind) => [kind, await listLive(cluster, kind)] as const));
  return new Map(lists);
}

async function listLive(cluster: HttpCluster, kind: Kind<KubernetesObject>): Promise<readonly KubernetesObject[]> {
  try {
    return (await cluster.list(kind)).items;
  } catch (error) {
    if (!hasCode(error, 'API_NOT_FOUND')) throw error;
    throw new WeftError(
      'CLI_FAILED',
      `Cannot import: this cluster does not serve ${kind.kind} of projectcalico.org/v3, its definitions needed first`,
    );
  }
}

/** Calico's own API server shows the objects of v1 as v3: what is written there would come out where it came from. */
async function refuseForeignApi(cluster: HttpCluster): Promise<void> {
  const path = '/apis/apiregistration.k8s.io/v1/apiservices/v3.projectcalico.org';
  let service: unknown;
  try {
    service = (await cluster.request<{ spec?: { service?: unknown } }>('GET', path)).spec?.service;
  } catch (error) {
    if (hasCode(error, 'API_NOT_FOUND', 'API_FORBIDDEN')) return;
    throw error;
  }
  if (service === undefined || service === null) return;
  throw new WeftError(
    'CLI_FAILED',
    "Cannot import: projectcalico.org/v3 is served by Calico's own API server, which has to go first: kubectl delete apiservice v3.projectcalico.org",
  );
}

function refuseProblems(invalid: readonly InvalidObject[], { conflicts }: ImportPlan, { err }: CommandIo): void {
  for (const { kind, name, errors } of invalid) {
    for (const { field, value, reason } of errors) {
      err(`${kind} ${name}: ${field}${value === undefined ? '' : ` = ${JSON.stringify(value)}`}: ${reason}\n`);
    }
  }
  for (const conflict of conflicts) err(`${conflict}\n`);
  if (invalid.length + conflicts.length === 0) return;
  const found = [
    ...(invalid.length > 0 ? [`${invalid.length} objects are not valid`] : []),
    ...(conflicts.length > 0 ? [`${conflicts.length} blocks overlap others`] : []),
  ].join(' and ');
  throw new WeftError('CLI_FAILED', `Cannot import: ${found} (see above), mended objects needed; nothing was written`);
}

async function printPlan({ steps }: ImportPlan, io: CommandIo): Promise<void> {
  for (const { kind, object, action, live } of steps) {
    if (action === 'create') io.out(`create ${kind.kind} ${nameText(object.metadata)}\n`);
    if (action !== 'keep') continue;
    io.out(`keep ${kind.kind} ${nameText(object.metadata)}, which differs:\n`);
    await showChange(io, { kind, object }, { done: false, before: live, after: object });
  }
  io.out(summary(steps));
  io.out('Nothing was written: --dry-run\n');
}

async function writeSteps(cluster: HttpCluster, steps: readonly ImportStep[]): Promise<void> {
  const wanted = steps.filter(({ action }) => action === 'create');
  for (const [index, { kind, object }] of wanted.entries()) {
    try {
      await cluster.create(kind, object);
    } catch (error) {
      throw new WeftError(
        'CLI_FAILED',
        `Cannot create ${kind.kind} "${nameText(object.metadata)}": ${errorText(error)}; ${index} of ${wanted.length} objects were written, run it again when that is mended`,
      );
    }
  }
}

/** Every address that Calico's new blocks hold must be held by the same handle now. */
async function verifyBlocks(cluster: HttpCluster, steps: readonly ImportStep[]): Promise<void> {
  const created = steps.filter(({ action }) => action === 'create');
  const { items } = await cluster.list(ipamBlocks);
  const held = new Set(heldAddresses(items).map(({ ip, handle }) => `${ip} ${handle}`));
  const lost = addressesOf(created).filter(({ ip, handle }) => !held.has(`${ip} ${handle}`));
  if (lost.length === 0) return;
  const [{ ip, handle } = { ip: '', handle: '' }] = lost;
  throw new WeftError(
    'CLI_FAILED',
    `${lost.length} addresses were released meanwhile, the first is ${ip} of ${handle}: look with "weft ipam check"`,
  );
}

function summary(steps: readonly ImportStep[]): string {
  const rows = [...Map.groupBy(steps, ({ kind }) => kind.kind)].map(([kind, some]) => {
    const count = (action: ImportStep['action']) => String(some.filter((step) => step.action === action).length);
    return [kind, String(some.length), count('create'), count('same'), count('keep')];
  });
  return formatBox(['KIND', 'FOUND', 'NEW', 'SAME', 'KEPT'], rows);
}

function blocksIn(steps: readonly ImportStep[]): readonly IPAMBlock[] {
  return steps.filter(({ kind }) => kind.kind === ipamBlocks.kind).map(({ object }) => object as IPAMBlock);
}

function addressesOf(steps: readonly ImportStep[]) {
  return heldAddresses(blocksIn(steps));
}
