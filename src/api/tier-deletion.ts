import { builtInTiers, defaultTierName } from './built-in-tiers.ts';

/**
 * Why a tier may not be deleted, in Calico's words; `undefined` when it may.
 *
 * @param policyTiers `spec.tier` of every policy there is, staged ones too; absent means `default`
 */
export function tierDeletionProblem(name: string, policyTiers: readonly (string | undefined)[]): string | undefined {
  if (builtInTiers.some(({ metadata }) => metadata.name === name)) return `Cannot delete ${name} tier`;
  return policyTiers.some((tier) => (tier ?? defaultTierName) === name) ? 'Cannot delete a non-empty tier' : undefined;
}
