import { birdCommand, birdFiles, writeFirstConfiguration } from '../host/bird-daemon.ts';
import { keepRunning } from './keep-running.ts';
import type { KubeletContext } from './kubelet-context.ts';

/**
 * Keeps the node's BIRD running until the signal, as its unit does on a real host (`weft bird`): apart from the agent,
 * which configures it.
 */
export async function keepBirdRunning(context: KubeletContext, runDirectory: string): Promise<void> {
  writeFirstConfiguration(birdFiles);
  await keepRunning(context, {
    name: 'BIRD',
    command: birdCommand(birdFiles),
    environment: process.env,
    logFile: `${runDirectory}/logs/bird.log`,
    identityFile: `${runDirectory}/kubelet/bird.json`,
  });
}
