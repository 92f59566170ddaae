import type { PatchType } from './cluster.ts';

/** The media type of each patch format. @see Kubernetes API concepts "Patches" */
export const patchMediaTypes: Readonly<Record<PatchType, string>> = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};
