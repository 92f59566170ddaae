/** A time as Calico's BIRD prints it: BIRD 2 adds milliseconds, which nobody looks for in a table. */
export function wholeSeconds(time: string): string {
  return time.replace(/(:\d\d)\.\d+$/, '$1');
}
