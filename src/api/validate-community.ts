const standard = /^(\d+):(\d+)$/;
const large = /^(\d+):(\d+):(\d+)$/;

/**
 * Why a text is no BGP community: `aa:nn` with 16 bits each, or `aa:nn:mm` with 32 bits each; `undefined` when it is
 * one. @see RFC 1997, RFC 8092
 */
export function communityProblem(value: string): string | undefined {
  const bits = standard.test(value) ? 16 : large.test(value) ? 32 : undefined;
  if (bits === undefined) return 'invalid community value or format used, aa:nn or aa:nn:mm is needed';
  const fits = value.split(':').every((part) => Number(part) < 2 ** bits);
  return fits ? undefined : `invalid community value, expected ${bits} bit value`;
}
