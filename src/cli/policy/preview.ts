import type { PolicyResources } from '../../policy/resources.ts';
import { enforceStaged } from '../../trace/enforce-staged.ts';
import { type Party, partiesOf } from '../../trace/party.ts';
import { previewPolicy } from '../../trace/policy-preview.ts';
import { type PortOfInterest, portsOfInterest } from '../../trace/port-of-interest.ts';
import { traceContext } from '../../trace/trace-context.ts';
import { type CommandInput, flag, textOption, textOptions } from '../command.ts';
import { formatObject } from '../print-objects.ts';
import { refuseArguments } from '../refuse-arguments.ts';
import { usageError } from '../usage-error.ts';
import { withFiles, withoutFiles } from './changed-world.ts';
import { namespaceOf, wantedNamespaces } from './namespace-of.ts';
import { readPorts } from './port-words.ts';
import { previewObject, previewText } from './preview-text.ts';
import { readFormat } from './read-format.ts';
import { readPolicyFiles } from './read-policy-files.ts';
import { readPolicyWorld } from './read-policy-world.ts';

/** More questions than this, and only one pod of each owner is asked. */
const maxQuestions = 1_000_000;

/** `weft policy preview`: which connections a change of policy allows and denies, before it is made. */
export async function run(input: CommandInput): Promise<number> {
  const { options, io } = input;
  refuseArguments(input);
  const format = readFormat(options, ['json', 'yaml']);
  const isWanted = await wantedNamespaces(input, 'from');
  const { resources, felix, pools } = await readPolicyWorld(input, 'from');
  const changed = await readChange(input, resources);
  const ports = readPorts(
    textOption(options, 'port'),
    textOption(options, 'protocol'),
    unite(portsOfInterest(resources), portsOfInterest(changed)),
  );
  const staying = new Set(partiesOf(changed, isWanted).map(({ name }) => name));
  const before = partiesOf(resources, isWanted);
  const all = before.filter(({ name }) => staying.has(name));
  const others = staying.size + before.length - 2 * all.length;
  if (others > 0) io.err(`Pods that come or go are left out: ${others}\n`);
  const parties = representatives(all, ports.length);
  if (parties.length < all.length) io.err(`${all.length} pods found: one of each owner is asked for, -n NS for all\n`);
  const preview = previewPolicy(
    traceContext(resources, felix, pools),
    traceContext(changed, felix, pools),
    parties,
    ports,
  );
  io.out(format === undefined ? previewText(preview) : await formatObject(previewObject(preview), format));
  return flag(options, 'fail-on-loss') && preview.changed.some(({ change }) => change === 'lost') ? 1 : 0;
}

/** The resources after the change: that of the files, else that of the staged policies. */
async function readChange(input: CommandInput, resources: PolicyResources): Promise<PolicyResources> {
  const { options, io } = input;
  const paths = textOptions(options, 'filename');
  if (paths.length === 0) {
    if (flag(options, 'delete')) throw usageError('Cannot use --delete alone: -f FILE needed');
    const enforced = enforceStaged(resources);
    if (enforced === resources) io.err('No policies are staged, and no file is given: nothing changes\n');
    return enforced;
  }
  const namespace = await namespaceOf(input, 'from');
  const files = await readPolicyFiles(paths, io, { recursive: flag(options, 'recursive'), namespace });
  return flag(options, 'delete') ? withoutFiles(resources, files) : withFiles(resources, files);
}

function unite(a: readonly PortOfInterest[], b: readonly PortOfInterest[]): readonly PortOfInterest[] {
  const all = [...a, ...b].filter(({ unnamed }) => unnamed !== true);
  const others = new Map([...a, ...b].filter(({ unnamed }) => unnamed === true).map((one) => [one.protocol, one]));
  const ports = new Map(all.map((one) => [`${one.protocol} ${one.port}`, one]));
  return [...ports.values(), ...others.values()].sort(
    (x, y) =>
      x.protocol - y.protocol ||
      Number(x.unnamed === true) - Number(y.unnamed === true) ||
      (x.port ?? 0) - (y.port ?? 0),
  );
}

function representatives(parties: readonly Party[], ports: number): readonly Party[] {
  if (parties.length ** 2 * ports <= maxQuestions) return parties;
  return [...Map.groupBy(parties, ({ group }) => group).values()].flatMap(([first]) => first ?? []);
}
