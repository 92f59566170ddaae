/** BGP: every figure that is promised of it, each from a lab (or a BIRD) of its own. */
import { run as newBlock } from './bgp-new-block.ts';
import { run as prefixes } from './bgp-prefixes.ts';
import { run as restarts } from './bgp-restarts.ts';
import { run as switching } from './bgp-switching.ts';

export async function run(): Promise<void> {
  for (const part of [prefixes, newBlock, restarts, switching]) await part();
}

if (import.meta.main) await run();
