import { basename } from 'node:path';
import { runningCommands } from '../../host/running-commands.ts';

/** Which programs of a node run here. */
export interface LocalProcesses {
  readonly agent: boolean;
  /** BIRD 2, or BIRD 1.6 for IPv4. */
  readonly bird: boolean;
  /** BIRD 1.6 for IPv6. */
  readonly bird6: boolean;
}

/** Looks for them among the processes of this network namespace. */
export function localProcesses(): LocalProcesses {
  const commands = runningCommands();
  const running = (name: string) => commands.some(([program = '']) => basename(program) === name);
  return { agent: commands.some(isAgent), bird: running('bird'), bird6: running('bird6') };
}

/** Ours (`weft agent`, `node .../main.ts agent`) or Calico's (`calico-felix`, `calico-node -felix`). */
export function isAgent(words: readonly string[]): boolean {
  const names = words.map((word) => basename(word));
  if (names[0] === 'calico-felix') return true;
  if (names[0] === 'calico-node') return words.includes('-felix');
  const program = names.findIndex((name) => ['weft', 'main.ts', 'main.js', 'weft.js'].includes(name));
  return program >= 0 && words[program + 1] === 'agent';
}
