import { isDeepStrictEqual } from 'node:util';
import type { IPAMBlock } from '../../api/calico.ts';
import { type FoldedIpam, foldIpam } from '../../api/fold-ipam.ts';
import type { ImportedObject } from '../../api/import-v1.ts';
import { blockAffinities, ipamBlocks, ipamConfigurations, ipamHandles, ipPools, tiers } from '../../api/kinds.ts';
import type { Kind, KubernetesObject } from '../../api/meta.ts';
import { writtenElsewhere } from '../../api/policy-name.ts';
import { cidrsOverlap, tryParseCidr } from '../../net/cidr.ts';

type AnyKind = Kind<KubernetesObject>;

/** What is done with one object: written; left because it is there as it should be, or there and different. */
export interface ImportStep {
  readonly kind: AnyKind;
  readonly object: KubernetesObject;
  readonly action: 'create' | 'same' | 'keep';
  /** What is there. */
  readonly live?: KubernetesObject;
}

/** What an import does. */
export interface ImportPlan {
  /** In the order of writing. */
  readonly steps: readonly ImportStep[];
  readonly notes: readonly string[];
  /** What forbids it, one sentence each. */
  readonly conflicts: readonly string[];
}

/**
 * Before the pools, so that no node takes an address of a pool whose blocks are not there yet; tiers before policies.
 * All others in the order they come.
 */
const order: readonly AnyKind[] = [ipamConfigurations, ipamBlocks, tiers];
const last: readonly AnyKind[] = [ipPools];
/** Indexes derived from the blocks: not kept. */
const folded: readonly AnyKind[] = [blockAffinities, ipamHandles];

/** @param live what projectcalico.org/v3 holds already, by kind */
export function planImport(
  objects: readonly ImportedObject[],
  live: ReadonlyMap<AnyKind, readonly KubernetesObject[]>,
): ImportPlan {
  const ipam = foldImported(objects);
  const blockNames = new Set(ipam.blocks.map(({ metadata }) => metadata.name));
  const wanted = objects.filter(({ kind, object: { metadata } }) => {
    if (folded.includes(kind) || writtenElsewhere(kind.kind, metadata.name) !== undefined) return false;
    return kind !== ipamBlocks || blockNames.has(metadata.name);
  });
  const steps = wanted
    .map(({ kind, object }) => stepOf(kind, object, live.get(kind) ?? []))
    .sort((a, b) => rank(a.kind) - rank(b.kind));
  const notes = objects.flatMap(({ kind, object, notes: own }) =>
    own.map((note) => `${kind.kind} ${object.metadata.name}: ${note}`),
  );
  const elsewhere = objects.flatMap(({ kind, object: { metadata } }) => {
    const reason = writtenElsewhere(kind.kind, metadata.name);
    return reason === undefined ? [] : `${kind.kind} ${metadata.name} is passed over: ${reason}`;
  });
  return {
    steps,
    notes: [...notes, ...elsewhere, ...ipam.notes],
    conflicts: overlappingBlocks(steps, live.get(ipamBlocks) ?? []),
  };
}

function foldImported(objects: readonly ImportedObject[]): FoldedIpam {
  const of = <T extends KubernetesObject>(kind: Kind<T>) =>
    objects.filter((one) => one.kind === (kind as AnyKind)).map(({ object }) => object as T);
  return foldIpam({ blocks: of(ipamBlocks), affinities: of(blockAffinities), handles: of(ipamHandles) });
}

function stepOf(kind: AnyKind, object: KubernetesObject, existing: readonly KubernetesObject[]): ImportStep {
  const { name, namespace } = object.metadata;
  const live = existing.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  if (live === undefined) return { kind, object, action: 'create' };
  return { kind, object, live, action: isDeepStrictEqual(contentOf(live), contentOf(object)) ? 'same' : 'keep' };
}

function contentOf(object: KubernetesObject): unknown {
  const { spec = {} } = object as { readonly spec?: unknown };
  const { labels = {}, annotations = {} } = object.metadata;
  return { spec, labels, annotations };
}

function rank(kind: AnyKind): number {
  if (last.includes(kind)) return order.length + 1;
  const place = order.indexOf(kind);
  return place < 0 ? order.length : place;
}

/** A new block may not share addresses with one that is there under another name. */
function overlappingBlocks(steps: readonly ImportStep[], live: readonly KubernetesObject[]): readonly string[] {
  const there = live.map((block) => tryParseCidr((block as IPAMBlock).spec.cidr)).filter((cidr) => cidr !== undefined);
  return steps.flatMap(({ kind, object, action }) => {
    if (kind !== (ipamBlocks as AnyKind) || action !== 'create') return [];
    const cidr = tryParseCidr((object as IPAMBlock).spec.cidr);
    const other = cidr === undefined ? undefined : there.find((one) => cidrsOverlap(one, cidr));
    return other === undefined ? [] : [`block ${cidr} shares addresses with block ${other}, which is in use already`];
  });
}
