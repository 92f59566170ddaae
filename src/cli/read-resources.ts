import { spellAsNumbers } from '../api/as-number.ts';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import { normaliseKeys } from '../api/normalise-keys.ts';
import { errorText, hasCode, WeftError } from '../base/errors.ts';
import { checkResource } from './check-resource.ts';
import { type CommandInput, flag, textOptions } from './command.ts';
import { kindOfObject } from './find-kind.ts';
import { type Manifest, readManifests } from './manifest/read-manifests.ts';
import { sourceText } from './manifest/source.ts';
import { namespaceFor } from './place-resource.ts';
import { usageError } from './usage-error.ts';

/** A resource of a file, with its namespace filled in. */
export interface FileResource {
  readonly kind: Kind<KubernetesObject>;
  readonly object: KubernetesObject;
  /** What is wrong with it, with its place; `undefined` when nothing is, or nobody asked. */
  readonly problem: string | undefined;
  /** The server's complaint about a field, with the place of that field; `undefined` when it names none. */
  locate(error: unknown): string | undefined;
}

/** How the resources of files are read. */
export interface ReadResourcesOptions {
  /** Look for mistakes in them. */
  readonly check: boolean;
  /** Nobody can be asked for the namespace of the context. */
  readonly offline?: boolean;
}

/**
 * Reads the files of `-f` and finds the kind and namespace of every resource.
 *
 * @throws WeftError CLI_USAGE without `-f`; CLI_FILE, CLI_KIND, CLI_FAILED with file, document, line and column
 */
export async function readResources(
  input: CommandInput,
  { check, offline = false }: ReadResourcesOptions,
): Promise<readonly FileResource[]> {
  const { options, args, io } = input;
  const files = textOptions(options, 'filename');
  if (files.length === 0) throw usageError('No file given; -f FILE needed');
  if (args.length > 0) throw usageError(`Unexpected argument "${args[0]}"; resources come from -f FILE`);
  const manifests = await readManifests(files, io, {
    recursive: flag(options, 'recursive'),
    skipEmpty: flag(options, 'skip-empty'),
  });
  const resources: FileResource[] = [];
  for (const manifest of manifests) resources.push(await readResource(input, manifest, { check, offline }));
  return resources;
}

async function readResource(
  input: CommandInput,
  manifest: Manifest,
  { check, offline }: Required<ReadResourcesOptions>,
): Promise<FileResource> {
  const { source } = manifest;
  const kind = await kindOfObject(manifest.object, input.connect).catch((error: unknown) => {
    if (!hasCode(error, 'CLI_KIND')) throw error;
    throw new WeftError('CLI_KIND', `${sourceText(source, 'kind')}: ${error.message}`);
  });
  const object = withSpec(kind, spellAsNumbers(normaliseKeys(kind, manifest.object) as KubernetesObject));
  const { namespace: given, ...metadata } = object.metadata;
  const own = offline && kind.namespaced ? given || 'default' : given;
  const locate = (error: unknown): string | undefined => {
    const text = errorText(error);
    const field = /unknown field "([^"]+)"/.exec(text)?.[1] ?? /: (spec[\w.[\]]*): /.exec(text)?.[1];
    return field === undefined ? undefined : `${sourceText(source, field)}: ${text}`;
  };
  let placed: KubernetesObject = { ...object, metadata };
  let problem: string | undefined;
  try {
    const namespace = await namespaceFor(input, kind, own);
    if (namespace !== undefined) placed = { ...object, metadata: { ...metadata, namespace } };
    problem = check ? checkResource(kind, placed, source) : undefined;
  } catch (error) {
    problem = `${sourceText(source, 'metadata.namespace')}: ${errorText(error)}`;
  }
  return { kind, object: placed, locate, problem };
}

/** calicoctl takes a resource without a spec for one with an empty spec: many a Tier needs nothing else. */
function withSpec(kind: Kind<KubernetesObject>, object: KubernetesObject): KubernetesObject {
  return kind.group === 'projectcalico.org' && !('spec' in object) ? Object.assign({}, object, { spec: {} }) : object;
}
