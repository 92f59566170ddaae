import type { Command } from './command.ts';
import { labCommands } from './commands/lab-commands.ts';
import { networkCommands } from './commands/network-commands.ts';
import { ownCommands } from './commands/own-commands.ts';
import { programCommands } from './commands/program-commands.ts';
import { resourceCommands } from './commands/resource-commands.ts';

/** Commands shown under one heading. */
export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly Command[];
}

/** Every command, grouped as the overview shows them: the one source of dispatch, help, completion and docs/cli.md. */
export const commandGroups: readonly CommandGroup[] = [
  { title: 'Resources', commands: resourceCommands },
  { title: 'Network', commands: networkCommands },
  { title: 'Pods and labs', commands: labCommands },
  { title: 'Daemons', commands: programCommands },
  { title: 'This program', commands: ownCommands },
];

/** Every command, in the order of the overview. */
export const commandTable: readonly Command[] = commandGroups.flatMap(({ commands }) => commands);
