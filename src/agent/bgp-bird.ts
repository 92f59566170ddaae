import { WeftError } from '../base/errors.ts';
import { type BirdReply, replyFailure } from '../bird/bird-reply.ts';
import type { BirdRoute } from '../bird/bird-route.ts';
import { parseProtocolsAll } from '../bird/parse-protocols-all.ts';
import { parseRoutes } from '../bird/parse-routes.ts';
import { parseStatus } from '../bird/parse-status.ts';
import { applyBirdConfiguration } from '../host/bird-configuration.ts';
import { askBird } from '../host/bird-control.ts';
import type { BirdFiles } from '../host/bird-daemon.ts';
import { refusedRoutes } from '../render/refused-routes.ts';
import type { BirdDoor } from './bgp-control.ts';

/** So many refused routes of a session are named. */
const mostNamed = 100;
/** Of more than these none is: BIRD lists all or nothing. */
const tooMany = 20_000;

/** The best route to each destination, with its attributes. @throws WeftError */
export async function bestBirdRoutes(files: BirdFiles, signal: AbortSignal): Promise<readonly BirdRoute[]> {
  return parseRoutes(await askBird(files.socket, 'show route primary all', { signal }));
}

/** The BIRD of this node. */
export function openBird(files: BirdFiles): BirdDoor {
  const ask = async (command: string, signal: AbortSignal): Promise<BirdReply> => {
    const reply = await askBird(files.socket, command, { signal });
    const failure = replyFailure(reply);
    if (failure !== undefined) throw new WeftError('AGENT_BIRD', `Cannot ask BIRD "${command}": ${failure}`);
    return reply;
  };
  return {
    async apply(text, again) {
      const result = await applyBirdConfiguration(files, text);
      if (result !== 'unchanged' || !again) return result;
      await ask('configure', AbortSignal.timeout(30_000));
      return 'reconfigured';
    },
    daemon: async (signal) => parseStatus(await ask('show status', signal)),
    protocols: async (signal) => parseProtocolsAll(await ask('show protocols all', signal)),
    routes: async (signal) => parseRoutes(await ask('show route', signal)),
    async refusedRoutes({ name: session }, state, count, signal) {
      const found = count > tooMany ? [] : parseRoutes(await ask(`show route filtered protocol '${session}'`, signal));
      return { session, count, routes: refusedRoutes(found, session, state, mostNamed) };
    },
  };
}
