import { errorText } from '../../base/errors.ts';
import type { BirdReply } from '../../bird/bird-reply.ts';
import { askBird } from '../../host/bird-control.ts';

/** Where control sockets are: beside calico-node's files, else BIRD's own place. */
const socketDirectories = ['/var/run/calico', '/var/run/bird'];

/** BIRD's answer, or why there is none. */
export type LocalAnswer = { readonly reply: BirdReply } | { readonly problem: string };

/**
 * Asks the BIRD of this machine.
 *
 * @param socket name of the control socket: `bird.ctl`, or `bird6.ctl` of BIRD 1.6
 */
export async function askLocalBird(socket: string, command: string): Promise<LocalAnswer> {
  let problem = '';
  for (const directory of socketDirectories) {
    try {
      return { reply: await askBird(`${directory}/${socket}`, command) };
    } catch (error) {
      // Of several places the first one matters: it is where this project's BIRD listens.
      problem ||= errorText(error);
    }
  }
  return { problem };
}
