/** True for a text that says something: in API objects an empty one is as good as none. */
export function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}
