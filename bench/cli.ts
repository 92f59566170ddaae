/** How long one command of the CLI takes on a lab, process start included. */
import { execFileSync } from 'node:child_process';
import { printBound } from './figure.ts';
import { labDown, labUp, weft } from './lab-command.ts';

const commands = ['help', 'version', 'get ippools', 'get pods -A', 'get nodes'];
const rounds = 20;

export async function run(): Promise<void> {
  const name = `bench-cli-${process.pid}`;
  try {
    const env = { ...process.env, KUBECONFIG: labUp(name, '--nodes', '3') };
    const times = new Map(commands.map((command): [string, number[]] => [command, []]));
    // In turn, so that a busy moment of the machine meets all of them.
    for (let round = 0; round < rounds; round++) {
      for (const [command, found] of times) {
        const start = performance.now();
        execFileSync(weft, command.split(' '), { env, stdio: 'ignore' });
        found.push(performance.now() - start);
      }
    }
    for (const [command, found] of times) printBound(`weft ${command}`, 'ms', found, 150);
  } finally {
    labDown(name);
  }
}

if (import.meta.main) await run();
