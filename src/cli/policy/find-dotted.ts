/** What `NAME.NS` means, or `NAME` in a namespace; a name may have dots itself. */
export function findDotted<T>(
  text: string,
  namespace: string,
  find: (ns: string, name: string) => T | undefined,
): T | undefined {
  const dot = text.lastIndexOf('.');
  return find(namespace, text) ?? (dot < 0 ? undefined : find(text.slice(dot + 1), text.slice(0, dot)));
}
