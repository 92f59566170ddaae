import * as kinds from '../api/kinds.ts';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import { hasCode, WeftError } from '../base/errors.ts';
import type { HttpCluster } from '../datastore/http-cluster.ts';
import type { CommandInput } from './command.ts';
import { kindNames } from './kind-names.ts';
import { servedKinds, servedKindsOf } from './served-kinds.ts';
import { suggestion } from './usage-error.ts';

type AnyKind = Kind<KubernetesObject>;

/** What finding a kind needs of a command. */
export type KindContext = Pick<CommandInput, 'connect' | 'io'>;

const calico: readonly AnyKind[] = [...kinds.calicoKinds, ...kinds.calicoViews];

/**
 * The kinds a word is looked up in, in this order. calicoctl means its own ones first (its Node, not the Kubernetes
 * one). weft is kubectl for what both have, except for policies: `networkpolicy` is Calico's kind, in which those of
 * Kubernetes are shown as well, and so is `cnp`; `netpol` and `networkpolicy.networking.k8s.io` are Kubernetes' and found
 * at the server.
 */
export function knownKinds(program: string | undefined): readonly AnyKind[] {
  const both = program === 'calicoctl' ? [...calico, ...kinds.builtInKinds] : [...kinds.builtInKinds, ...calico];
  return [...both, ...kinds.clusterPolicyKinds];
}

/**
 * The kind somebody means by a word: any case, singular, plural, short name, with or without the group
 * (`ippool.projectcalico.org`) or version and group (`deployments.v1.apps`). Kinds this program does not know are looked
 * up at the server.
 *
 * @throws WeftError CLI_KIND when there is none
 */
export async function findKind(word: string, { connect, io }: KindContext): Promise<AnyKind> {
  const [name = '', ...qualifier] = word.toLowerCase().split('.');
  const group = qualifier.join('.');
  const fits = (kind: AnyKind): boolean =>
    kindNames(kind).includes(name) &&
    (group === '' || group === kind.group || group === `${kind.version}.${kind.group}`);
  const known = knownKinds(io.program);
  const kind = known.find(fits) ?? (await servedKinds(await connect())).find(fits);
  if (kind === undefined) {
    const near = suggestion(word, known.flatMap(kindNames));
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
  const found = [...kinds.builtInKinds, ...calico, ...kinds.clusterPolicyKinds].find(fits);
  if (found !== undefined) return found;
  // Calico's kinds are known: whether another version of one is served need not be asked.
  const own = (group === '' || group === 'projectcalico.org') && calico.some((kind) => kind.kind === name);
  const mistaken = own || name === '' || version === '';
  const near = suggestion(
    name,
    calico.map((kind) => kind.kind).filter((other) => other !== name),
  );
  const unknown = `unknown resource type (${name}) and/or version (${apiVersion})${group === 'projectcalico.org' ? near : ''}`;
  let served: readonly AnyKind[] = [];
  try {
    if (!mistaken) served = await servedKindsOf(await connect(), group, version);
  } catch (error) {
    if (!hasCode(error, 'CLI_OFFLINE')) throw error;
    throw new WeftError(
      'CLI_KIND',
      `${unknown}${group === 'projectcalico.org' && near !== '' ? '' : `, ${error.message}`}`,
    );
  }
  const kind = served.find(fits);
  if (kind === undefined) throw new WeftError('CLI_KIND', unknown);
  return kind;
}
