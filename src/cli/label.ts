import { WeftError } from '../base/errors.ts';
import { accessTo } from './access/access-to.ts';
import type { ResourceAccess } from './access/resource-access.ts';
import { type CommandInput, flag } from './command.ts';
import { findKind } from './find-kind.ts';
import { namespaceFor } from './place-resource.ts';
import { refuseReadOnly } from './refuse-read-only.ts';
import { resourceErrorText } from './resource-error.ts';
import { usageError } from './usage-error.ts';

/** `weft label KIND NAME KEY=VALUE`, `weft label KIND NAME KEY --remove`, and kubectl's `KEY-`. */
export async function run(input: CommandInput): Promise<number> {
  const { args, options, io, connect } = input;
  const [word, name, text = '', extra] = args;
  const minus = !text.includes('=') && text.endsWith('-');
  const remove = flag(options, 'remove') || minus;
  const [key = '', ...rest] = minus ? [text.slice(0, -1)] : text.split('=');
  if (word === undefined || name === undefined || key === '' || extra !== undefined || (rest.length === 0) !== remove) {
    throw usageError(`usage: ${io.program ?? 'weft'} label KIND NAME KEY=VALUE [--overwrite] | KEY --remove`);
  }
  const kind = await findKind(word, input);
  const namespace = await namespaceFor(input, kind);
  const kindText = kind.kind.toLowerCase();
  const wanted = { key, value: rest.join('='), remove, overwrite: flag(options, 'overwrite') };
  const resource = { kind, object: { metadata: { name, ...(namespace === undefined ? {} : { namespace }) } } };
  refuseReadOnly('label', kind, name, namespace);
  let had: boolean;
  try {
    had = await setLabel(await accessTo(await connect(), kind), resource.object.metadata, wanted, {
      of: `${kindText} ${name}`,
      plural: kind.plural,
    });
  } catch (error) {
    throw new WeftError('CLI_FAILED', resourceErrorText(error, resource));
  }
  if (remove) io.out(`Successfully removed label ${key} from ${kindText} ${name}\n`);
  else io.out(`Successfully ${had ? 'updated' : 'set'} label ${key} on ${kindText} ${name}\n`);
  return 0;
}

interface WantedLabel {
  readonly key: string;
  readonly value: string;
  readonly remove: boolean;
  readonly overwrite: boolean;
}

/** Sets or removes a label; resolves whether it was there before. */
async function setLabel(
  access: ResourceAccess,
  target: { readonly name: string; readonly namespace?: string },
  { key, value, remove, overwrite }: WantedLabel,
  { of, plural }: { readonly of: string; readonly plural: string },
): Promise<boolean> {
  const object = await access.get(target.name, target.namespace);
  if (object === undefined) throw new WeftError('API_NOT_FOUND', `${plural} "${target.name}" not found`);
  const old = object.metadata.labels?.[key];
  if (remove && old === undefined) {
    throw new WeftError('CLI_FAILED', `cannot remove label of ${of}, key ${key} does not exist`);
  }
  if (!remove && old !== undefined && old !== value && !overwrite) {
    const remedy = "please use '--overwrite' to set a new value";
    throw new WeftError('CLI_FAILED', `failed to update label of ${of}, key ${key} is already present. ${remedy}`);
  }
  // The version is part of the patch, so that nobody else's label is overwritten unseen.
  const { resourceVersion } = object.metadata;
  const version = resourceVersion === undefined ? {} : { resourceVersion };
  await access.patch(target, 'merge', { metadata: { ...version, labels: { [key]: remove ? null : value } } });
  return old !== undefined;
}
