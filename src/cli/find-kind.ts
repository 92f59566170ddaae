import * as kinds from '../api/kinds.ts';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import { WeftError } from '../base/errors.ts';
import type { HttpCluster } from '../datastore/http-cluster.ts';
import { suggestion } from './usage-error.ts';

type AnyKind = Kind<KubernetesObject>;

/** Spellings calicoctl takes that are neither singular, plural nor short name of the kind. */
const extraNames: Readonly<Record<string, readonly string[]>> = {
  nodes: ['nos'],
  ippools: ['ipp', 'ipps', 'pool', 'pools'],
  ipamblocks: ['block', 'blocks'],
  ipreservations: ['ipres'],
  felixconfigurations: ['felixconfig', 'felixconfigs'],
  ipamconfigurations: ['ipamconfig', 'ipamconfigs'],
};

const known: readonly AnyKind[] = [...kinds.builtInKinds, ...kinds.calicoKinds];

/**
 * The kind somebody means by a word: any case, singular, plural, short name, with or without the group
 * (`ippool.projectcalico.org`). Kinds this program does not know are looked up at the server.
 *
 * @throws WeftError CLI_KIND when there is none
 */
export async function findKind(word: string, connect: () => Promise<HttpCluster>): Promise<AnyKind> {
  const [name = '', ...group] = word.toLowerCase().split('.');
  const fits = (kind: AnyKind): boolean =>
    namesOf(kind).includes(name) && (group.length === 0 || group.join('.') === kind.group);
  const kind = known.find(fits) ?? (await servedKinds(await connect())).find(fits);
  if (kind === undefined) {
    const near = suggestion(word, known.flatMap(namesOf));
    throw new WeftError('CLI_KIND', `resource type '${word}' is not supported${near}`);
  }
  return kind;
}

/**
 * The kind of an object in a file.
 *
 * @throws WeftError CLI_KIND when there is none
 */
export async function kindOfObject(object: KubernetesObject, connect: () => Promise<HttpCluster>): Promise<AnyKind> {
  const { apiVersion = '', kind: name = '' } = object;
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const fits = (kind: AnyKind): boolean => kind.group === group && kind.version === version && kind.kind === name;
  const found = known.find(fits);
  if (found !== undefined) return found;
  const served = name === '' || version === '' ? [] : await resourcesOf(await connect(), group, version);
  const kind = served.find(fits);
  if (kind === undefined) {
    throw new WeftError('CLI_KIND', `unknown resource type (${name}) and/or version (${apiVersion})`);
  }
  return kind;
}

function namesOf(kind: AnyKind): readonly string[] {
  return [kind.singular, kind.plural, ...kind.shortNames, ...(extraNames[kind.plural] ?? [])];
}

interface ResourceList {
  readonly resources?: readonly {
    readonly name: string;
    readonly singularName?: string;
    readonly namespaced: boolean;
    readonly kind: string;
    readonly shortNames?: readonly string[];
  }[];
}

async function servedKinds(cluster: HttpCluster): Promise<readonly AnyKind[]> {
  interface GroupList {
    readonly groups?: readonly { readonly name: string; readonly preferredVersion?: { readonly version: string } }[];
  }
  const { groups = [] } = await cluster.request<GroupList>('GET', '/apis');
  const all = [{ name: '', preferredVersion: { version: 'v1' } }, ...groups];
  const lists = await Promise.all(
    all.map(({ name, preferredVersion }) => resourcesOf(cluster, name, preferredVersion?.version ?? 'v1')),
  );
  return lists.flat();
}

async function resourcesOf(cluster: HttpCluster, group: string, version: string): Promise<readonly AnyKind[]> {
  const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const list = await cluster.request<ResourceList>('GET', path).catch((): ResourceList => ({}));
  const resources = list.resources ?? [];
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, singularName, namespaced, kind, shortNames }) => ({
      group,
      version,
      kind,
      plural: name,
      singular: singularName || kind.toLowerCase(),
      shortNames: shortNames ?? [],
      namespaced,
      status: resources.some((other) => other.name === `${name}/status`),
    }));
}
