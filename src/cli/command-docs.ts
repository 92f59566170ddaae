import type { Command, CommandOptions } from './command.ts';
import { commandGroups } from './command-table.ts';
import { clusterOptions, helpOption } from './global-options.ts';
import { optionSpelling } from './help.ts';

/** docs/cli.md: every command with its options and examples, as Markdown. */
export function commandDocs(): string {
  const groups = commandGroups.map(
    ({ title, commands }) =>
      `## ${title}\n\n${visible(commands)
        .map((command) => section(command, '###'))
        .join('\n')}`,
  );
  const shared = optionTable({ ...clusterOptions, ...helpOption });
  return `# Commands

Made from the command table (\`src/cli/command-table.ts\`) by \`UPDATE_GOLDEN=1 scripts/node26 --test src/cli/command-table.test.ts\`.
Called as \`calicoctl\` or \`kubectl-weft\` (a link to \`weft\`) the program speaks under that name.
Exit status: 0 done, 1 it failed, 2 the command line is wrong.

## Options of every command that talks to a cluster

They may also stand before the command.

${shared}
${groups.join('\n')}`;
}

function visible(commands: readonly Command[]): readonly Command[] {
  return commands.filter(({ hidden }) => hidden !== true);
}

function section(command: Command, heading: string, path: readonly string[] = []): string {
  const title = `${heading} ${[...path, command.name].join(' ')}`;
  const parts = [title, `\`\`\`\nweft ${command.usage}\n\`\`\``, command.description ?? `${command.summary}.`];
  if (command.commands !== undefined) {
    return `${parts[0]}\n\n${parts[2]}\n\n${visible(command.commands)
      .map((one) => section(one, `${heading}#`, [...path, command.name]))
      .join('\n')}`;
  }
  if (command.options !== undefined) parts.push(optionTable(command.options).trimEnd());
  const examples = (command.examples ?? []).map(([line, meaning]) => `- \`weft ${line}\`: ${meaning}`);
  if (examples.length > 0) parts.push(examples.join('\n'));
  return `${parts.join('\n\n')}\n`;
}

function optionTable(options: CommandOptions): string {
  const rows = Object.entries(options)
    .filter(([, { hidden }]) => hidden !== true)
    .map(([name, option]) => `| \`${optionSpelling(name, option)}\` | ${option.help.replaceAll('|', '\\|')} |\n`);
  return `| option | meaning |\n| --- | --- |\n${rows.join('')}`;
}
