import { timestamp } from '../api/timestamp.ts';
import type { Context, Outcome, WriteOptions } from './context.ts';
import { type ApiObject, ensureRecord, type JsonRecord, recordsAt, stringAt } from './json.ts';
import { builtInResource } from './resource.ts';
import { conflict, invalid, notFound, requiredValue } from './status-error.ts';
import type { EntryKey } from './storage/entry.ts';
import { validateSubdomain } from './validation/validate-names.ts';

/**
 * POST `pods/NAME/binding`: gives a pod its node, once.
 *
 * @throws StatusError 404, 409 when it has one already, 422 without a target that can be one
 */
export function bindPod(context: Context, key: EntryKey, body: JsonRecord, options: WriteOptions): Outcome {
  const pods = builtInResource('Pod');
  const entry = context.store.get(key);
  if (entry === undefined) throw notFound(pods, key.name);
  const node = stringAt(body, 'target', 'name');
  if (!node) throw invalid(pods, key.name, [requiredValue('target.name')]);
  const causes = validateSubdomain('target.name', node);
  if (causes.length > 0) throw invalid(pods, key.name, causes);
  const current = stringAt(entry.object, 'spec', 'nodeName');
  if (current) throw conflict(pods, key.name, `pod ${key.name} is already assigned to node "${current}"`);
  const next: ApiObject = entry.copy();
  ensureRecord(next, 'spec').nodeName = node;
  const status = ensureRecord(next, 'status');
  const others = recordsAt(status, 'conditions').filter((condition) => condition.type !== 'PodScheduled');
  status.conditions = [
    ...others,
    { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: timestamp(context.now()) },
  ];
  if (!options.dryRun) context.store.put(entry, next);
  return {
    status: 201,
    text: JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }),
    warnings: [],
  };
}
