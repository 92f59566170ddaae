import { explainRule } from '../../trace/explain.ts';
import { traceContext } from '../../trace/trace-context.ts';
import { type CommandInput, flag, textOption, textOptions } from '../command.ts';
import { namespaceOf } from '../policy/namespace-of.ts';
import { readQuestions } from '../policy/questions.ts';
import { readFormat } from '../policy/read-format.ts';
import { readPolicyWorld } from '../policy/read-policy-world.ts';
import { formatObject } from '../print-objects.ts';
import { refuseArguments } from '../refuse-arguments.ts';
import { usageError } from '../usage-error.ts';
import { groupReports } from './group-reports.ts';
import { askNodesLive } from './live.ts';
import { makeReport } from './make-report.ts';
import { whyJson } from './why-json.ts';
import type { WhyReport } from './why-report.ts';
import { whyText } from './why-text.ts';

/** `weft why SRC DST[:PORT]`: whether a connection is allowed, what decides that, and what would change it. */
export async function run(input: CommandInput): Promise<number> {
  const { args, options, io, usage } = input;
  const [source, destination] = args;
  if (source === undefined || destination === undefined) throw usageError(`SRC and DST needed; usage: ${usage}`);
  refuseArguments(input, 2);
  const format = readFormat(options, ['json', 'yaml']);
  const isLive = flag(options, 'live');
  if (isLive && textOptions(options, 'filename').length > 0) {
    throw usageError('Cannot use --live with -f: files have no counters, one of them needed');
  }
  const namespace = await namespaceOf(input);
  const world = await readPolicyWorld(input);
  const context = traceContext(world.resources, world.felix, world.pools);
  const words = { source, destination, protocol: textOption(options, 'protocol'), namespace };
  let reports: readonly WhyReport[] = readQuestions(words, world.resources).map((question) =>
    makeReport(context, world, question),
  );
  if (isLive) reports = await askNodesLive(await input.connect(), world, reports);
  if (format !== undefined) io.out(await formatObject(whyJson(reports), format));
  else {
    const shown = groupReports(reports);
    const quote = explainRule.bind(undefined, world.resources);
    io.out(shown.map((report) => whyText(report, quote)).join('\n'));
    if (flag(options, 'remedy')) {
      const resources = shown.flatMap(({ remedies }) => remedies.map(({ resource }) => resource));
      for (const resource of resources) io.out(`---\n${await formatObject(resource, 'yaml')}`);
    }
  }
  if (reports.some(({ disagreements }) => disagreements.length > 0)) return 1;
  return flag(options, 'fail-on-deny') && reports.some(({ trace }) => !trace.allowed) ? 1 : 0;
}
