import type { IPAMConfiguration } from './calico.ts';
import type { FieldError } from './field-error.ts';
import { validateOnlyName } from './validate-only-name.ts';

/** Checks how the settings of IPAM go together. The only object of the kind is called `default`. */
export function validateIpamConfiguration({ metadata, spec }: IPAMConfiguration): readonly FieldError[] {
  const errors: FieldError[] = [...validateOnlyName('IPAMConfiguration', metadata.name)];
  const strict = spec.strictAffinity ?? false;
  if (!strict && spec.autoAllocateBlocks === false) {
    const reason = 'StrictAffinity false needs AutoAllocateBlocks true';
    errors.push({ field: 'spec.autoAllocateBlocks', value: false, reason });
  }
  if (!strict && (spec.maxBlocksPerHost ?? 0) > 0) {
    const reason = 'MaxBlocksPerHost greater than 0 needs StrictAffinity true';
    errors.push({ field: 'spec.maxBlocksPerHost', value: spec.maxBlocksPerHost, reason });
  }
  return errors;
}
