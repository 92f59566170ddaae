import { WeftError } from '../base/errors.ts';
import { retryOnConflict } from '../datastore/retry-on-conflict.ts';
import { type CommandInput, flag } from './command.ts';
import { findKind } from './find-kind.ts';
import { usageError } from './usage-error.ts';

/** `weft label KIND NAME KEY=VALUE`, `weft label KIND NAME KEY --remove`. */
export async function run({ args, options, io, connect }: CommandInput): Promise<number> {
  const [word, name, text, extra] = args;
  const remove = flag(options, 'remove');
  const [key = '', ...rest] = text?.split('=') ?? [];
  if (word === undefined || name === undefined || key === '' || extra !== undefined || (rest.length === 0) !== remove) {
    throw usageError('usage: weft label KIND NAME KEY=VALUE [--overwrite] | KEY --remove');
  }
  const value = rest.join('=');
  const kind = await findKind(word, connect);
  const cluster = await connect();
  const of = `${kind.kind.toLowerCase()} ${name}`;
  let had = false;
  const labelled = await retryOnConflict(cluster, kind, { name }, (object) => {
    const { [key]: old, ...others } = object.metadata.labels ?? {};
    had = old !== undefined;
    if (remove && !had) throw new WeftError('CLI_FAILED', `cannot remove label of ${of}, key ${key} does not exist`);
    if (!remove && had && old !== value && !flag(options, 'overwrite')) {
      const remedy = "please use '--overwrite' to set a new value";
      throw new WeftError('CLI_FAILED', `failed to update label of ${of}, key ${key} is already present. ${remedy}`);
    }
    return { ...object, metadata: { ...object.metadata, labels: remove ? others : { ...others, [key]: value } } };
  });
  if (labelled === undefined) throw new WeftError('API_NOT_FOUND', `resource does not exist: ${kind.kind}(${name})`);
  const kindText = kind.kind.toLowerCase();
  if (remove) io.out(`Successfully removed label ${key} from ${kindText} ${name}\n`);
  else io.out(`Successfully ${had ? 'updated' : 'set'} label ${key} on ${kindText} ${name}\n`);
  return 0;
}
