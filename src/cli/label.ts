import { WeftError } from '../base/errors.ts';
import { accessTo } from './access/access-to.ts';
import type { ResourceAccess } from './access/resource-access.ts';
import type { ResourceToChange } from './change.ts';
import { type CommandInput, flag } from './command.ts';
import { namedResource } from './named-resource.ts';
import { refuseReadOnly } from './refuse-read-only.ts';
import { notFound, resourceErrorText } from './resource-error.ts';
import { usageError } from './usage-error.ts';

/** `weft label KIND NAME KEY=VALUE`, `weft label KIND NAME KEY --remove`, and kubectl's `KEY-`. */
export async function run(input: CommandInput): Promise<number> {
  const { args, options, io, usage, connect } = input;
  // kubectl's KIND/NAME is one word.
  const [word, name, text = '', extra] = args[0]?.includes('/') ? [...args[0].split('/', 2), ...args.slice(1)] : args;
  const minus = !text.includes('=') && text.endsWith('-');
  const remove = flag(options, 'remove') || minus;
  const [key = '', ...rest] = minus ? [text.slice(0, -1)] : text.split('=');
  if (word === undefined || name === undefined || key === '' || extra !== undefined || (rest.length === 0) !== remove) {
    throw usageError(`usage: ${usage}`);
  }
  const resource = await namedResource(input, word, name);
  const kindText = resource.kind.kind.toLowerCase();
  const wanted = { key, value: rest.join('='), remove, overwrite: flag(options, 'overwrite') };
  refuseReadOnly('label', resource);
  let had: boolean;
  try {
    had = await setLabel(await accessTo(await connect(), resource.kind), resource, wanted);
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
  { kind, object: { metadata: target } }: ResourceToChange,
  { key, value, remove, overwrite }: WantedLabel,
): Promise<boolean> {
  const object = await access.get(target.name, target.namespace);
  if (object === undefined) throw notFound(kind, target.name);
  const of = `${kind.kind.toLowerCase()} ${target.name}`;
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
