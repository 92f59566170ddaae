import { type ProtocolsReply, parseProtocols } from '../bird/parse-protocols.ts';
import { askBird } from './bird-control.ts';

/**
 * Asks a running BIRD for its protocols over its control socket.
 *
 * @param path `/var/run/calico/bird.ctl`
 * @throws WeftError as {@link askBird}; BIRD_REPLY
 */
export async function askProtocols(path: string): Promise<ProtocolsReply> {
  return parseProtocols(await askBird(path, 'show protocols'));
}
