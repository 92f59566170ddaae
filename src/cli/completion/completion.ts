import type { CommandInput } from '../command.ts';
import { refuseArguments } from '../refuse-arguments.ts';
import { suggestion, usageError } from '../usage-error.ts';
import { completionScripts, type Shell } from './scripts.ts';

/** `weft completion bash|zsh|fish`: prints the script. */
export async function run(input: CommandInput): Promise<number> {
  const { args, io, usage } = input;
  refuseArguments(input, 1);
  const [shell = ''] = args;
  if (!isShell(shell)) {
    const shells = Object.keys(completionScripts);
    const near = suggestion(shell, shells);
    throw usageError(`Unknown shell "${shell}"${near || `, one of ${shells.join(', ')} needed`}; usage: ${usage}`);
  }
  io.out(completionScripts[shell]);
  return 0;
}

function isShell(word: string): word is Shell {
  return Object.hasOwn(completionScripts, word);
}
