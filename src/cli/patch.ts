import { parse } from 'yaml';
import { errorText, WeftError } from '../base/errors.ts';
import type { PatchType } from '../datastore/cluster.ts';
import { resourceErrorText } from './change-resources.ts';
import { type CommandInput, textOption } from './command.ts';
import { findKind } from './find-kind.ts';
import { usageError } from './usage-error.ts';

const types: readonly PatchType[] = ['merge', 'json', 'strategic'];

/** `weft patch KIND NAME -p PATCH` */
export async function run({ args, options, io, connect }: CommandInput): Promise<number> {
  const [word, name, extra] = args;
  const text = textOption(options, 'patch');
  if (word === undefined || name === undefined || extra !== undefined || text === undefined) {
    throw usageError('usage: weft patch KIND NAME -p PATCH [--type merge|json|strategic]');
  }
  const type = types.find((candidate) => candidate === (textOption(options, 'type') ?? 'merge'));
  if (type === undefined) throw usageError(`Unknown patch type "${options.type}", one of ${types.join(', ')} needed`);
  const kind = await findKind(word, connect);
  try {
    await (await connect()).patch(kind, name, undefined, type, parsePatch(text));
  } catch (error) {
    const problem = resourceErrorText(error, { kind, object: { metadata: { name } } });
    throw new WeftError('CLI_FAILED', `failed to patch '${kind.kind}' resource: [${problem}]`);
  }
  io.out(`Successfully patched 1 '${kind.kind}' resource\n`);
  return 0;
}

function parsePatch(text: string): unknown {
  let patch: unknown;
  try {
    patch = parse(text);
  } catch (error) {
    throw usageError(`Cannot read patch: ${errorText(error).split('\n')[0]}`);
  }
  if (typeof patch !== 'object' || patch === null) throw usageError(`Cannot read patch "${text}": JSON or YAML needed`);
  return patch;
}
