/**
 * Order of two resource versions: negative when `a` is older. They are decimal numbers that grow over the whole store.
 *
 * @see Kubernetes API concepts "Resource versions"
 */
export function compareVersions(a = '', b = ''): number {
  if (a === b) return 0;
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : 1;
}
