import type { CalicoNodeStatus } from './calico-config.ts';
import type { FieldError } from './field-error.ts';
import { isSubdomain } from './name-syntax.ts';

/** Checks the name of the node that is asked. */
export function validateNodeStatus({ spec: { node } }: CalicoNodeStatus): readonly FieldError[] {
  return isSubdomain(node) ? [] : [{ field: 'spec.node', value: node, reason: 'the name of a node is needed' }];
}
