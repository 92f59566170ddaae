/** Which pod a command line means. */
export interface PodName {
  readonly namespace: string;
  readonly name: string;
}

/** `NAME`, `pod/NAME` or `NAMESPACE/NAME`. @param namespace of a pod that is named without one */
export function parsePodName(text: string, namespace: string): PodName {
  const [first = '', second] = text.split('/');
  if (second === undefined) return { namespace, name: first };
  return first === 'pod' || first === 'pods' ? { namespace, name: second } : { namespace: first, name: second };
}
