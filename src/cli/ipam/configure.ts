import type { IPAMConfiguration } from '../../api/calico.ts';
import { ipamConfigurations } from '../../api/kinds.ts';
import { withType } from '../../api/meta.ts';
import { WeftError } from '../../base/errors.ts';
import { retryOnConflict } from '../../datastore/retry-on-conflict.ts';
import { checkResource } from '../check-resource.ts';
import { type CommandInput, type OptionValues, textOption } from '../command.ts';
import { refuseArguments } from '../refuse-arguments.ts';
import { usageError } from '../usage-error.ts';
import { formatConfiguration } from './show.ts';

/** One setting: its option, its key in the object, its name in messages, how its text is read. */
const settings = [
  { option: 'strictaffinity', key: 'strictAffinity', title: 'StrictAffinity', read: readBoolean },
  { option: 'max-blocks-per-host', key: 'maxBlocksPerHost', title: 'MaxBlocksPerHost', read: readInteger },
  { option: 'ip-cooldown-seconds', key: 'ipCooldownSeconds', title: 'IPCooldownSeconds', read: readInteger },
  {
    option: 'kubevirt-ip-persistence',
    key: 'kubeVirtVMAddressPersistence',
    title: 'KubeVirtVMAddressPersistence',
    read: readPersistence,
  },
] as const;

/** `weft ipam configure`: changes the rules of address management; `show` prints them. */
export async function run(input: CommandInput): Promise<number> {
  const { args, options, io, connect } = input;
  if (args[0] === 'show') {
    io.out(await formatConfiguration(await connect()));
    return 0;
  }
  refuseArguments(input);
  const changes = readChanges(options);
  if (changes.length === 0) throw usageError('at least one configuration option must be specified');
  const cluster = await connect();
  const change = (current: IPAMConfiguration): IPAMConfiguration => {
    const spec = { ...current.spec, ...Object.fromEntries(changes.map(({ key, value }) => [key, value])) };
    const wanted = withType(ipamConfigurations, { ...current, spec });
    const problem = checkResource(ipamConfigurations, wanted);
    if (problem !== undefined) throw new WeftError('CLI_FAILED', `error: ${problem}`);
    return wanted;
  };
  const changed = await retryOnConflict(cluster, ipamConfigurations, { name: 'default' }, change);
  if (changed === undefined)
    await cluster.create(ipamConfigurations, change({ metadata: { name: 'default' }, spec: {} }));
  for (const { title, value } of changes) io.out(`Successfully set ${title} to: ${value}\n`);
  return 0;
}

function readChanges(options: OptionValues) {
  return settings.flatMap(({ option, key, title, read }) => {
    const text = textOption(options, option);
    return text === undefined ? [] : [{ key, title, value: read(`--${option}`, text) }];
  });
}

/** Go's `strconv.ParseBool`. */
function readBoolean(option: string, text: string): boolean {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false;
  throw usageError(`${option} is "${text}", true or false needed`);
}

function readInteger(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usageError(`${option} is "${text}", a whole number needed`);
}

function readPersistence(option: string, text: string): string {
  if (text === 'Enabled' || text === 'Disabled') return text;
  throw usageError(`${option} is "${text}", Enabled or Disabled needed`);
}
