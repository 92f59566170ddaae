import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileWhenDifferent } from '../host/atomic-file.ts';
import { renderCniConflist } from '../render/cni-conflist.ts';
import type { AgentOptions } from './options.ts';

/** Files that other programs of this machine read are for all eyes. */
const readable = 0o644;

/** `nodename`: which node this is, for plugins and people. Written first of all. */
export function writeNodeName({ stateDirectory, nodeName }: AgentOptions): void {
  writeFileWhenDifferent(join(stateDirectory, 'nodename'), nodeName, readable);
}

/** `mtu`: what interfaces of new pods get. */
export function writeMtu({ stateDirectory }: AgentOptions, mtuBytes: number): void {
  writeFileWhenDifferent(join(stateDirectory, 'mtu'), `${mtuBytes}`, readable);
}

/**
 * The CNI configuration: its appearance tells the runtime that this node can have pods, so it is written last. Portmap is
 * chained where it is installed.
 *
 * @returns true when it was written
 */
export function writeCniConfig(options: AgentOptions): boolean {
  const hasPortmap = existsSync(join(options.cniPluginDirectory, 'portmap'));
  const chained = hasPortmap ? [{ type: 'portmap', snat: true, capabilities: { portMappings: true } }] : [];
  const { fileName, text } = renderCniConflist({ chained });
  return writeFileWhenDifferent(join(options.cniConfigDirectory, options.cniConfigName ?? fileName), text);
}
