import { builtInTiers } from '../api/built-in-tiers.ts';
import { hasCode } from '../base/errors.ts';
import { KeyedLoop } from './keyed-loop.ts';
import type { Controller, Surroundings, TierKinds } from './shared.ts';

/** Makes the tiers that every cluster has where they are missing: policies without a tier of their own need them. */
export function startBuiltInTiers({ tiers }: TierKinds, { logger }: Surroundings): Controller {
  const loop = new KeyedLoop({ name: 'tier', logger, reconcile });
  tiers.onChange(({ metadata }) => loop.enqueue(metadata.name));
  for (const { metadata } of builtInTiers) loop.enqueue(metadata.name);
  return loop;

  async function reconcile(name: string): Promise<undefined> {
    const wanted = builtInTiers.find(({ metadata }) => metadata.name === name);
    if (wanted === undefined || tiers.get(name) !== undefined) return undefined;
    try {
      await tiers.create(wanted);
      logger.info('Made tier', { tier: name });
    } catch (error) {
      if (!hasCode(error, 'API_ALREADY_EXISTS')) throw error;
    }
    return undefined;
  }
}
