/** How a client wants an answer, as its `Accept` header says. */
export type AnswerForm =
  | { readonly kind: 'object'; readonly yaml: boolean }
  | { readonly kind: 'table'; readonly version: MetaVersion }
  | { readonly kind: 'metadata'; readonly version: MetaVersion }
  | { readonly kind: 'discovery'; readonly version: 'v2' | 'v2beta1' };

/** Versions of the group `meta.k8s.io`. */
export type MetaVersion = 'v1' | 'v1beta1';

/** A transformation that is offered for a path besides the plain object. */
export type OfferedForm = 'table' | 'metadata' | 'discovery';

/** One part of an `Accept` header. */
interface MediaRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/**
 * The form to answer in: the first one the client accepts (by quality, then by order) that is offered; plain JSON
 * without a header; `undefined` when nothing fits, for instance for protobuf alone.
 *
 * `application/json;as=Table;v=v1;g=meta.k8s.io,application/json` -> a Table where one is offered, else the object.
 *
 * @see RFC 9110 §12.5.1; Kubernetes API concepts "Receiving resources as Tables"
 */
export function negotiate(accept: string | undefined, offered: readonly OfferedForm[]): AnswerForm | undefined {
  if (accept === undefined || accept.trim() === '') return plainJson;
  for (const range of parseAccept(accept)) {
    const form = formOf(range);
    if (form !== undefined && (form.kind === 'object' || offered.includes(form.kind))) return form;
  }
  return undefined;
}

const plainJson: AnswerForm = { kind: 'object', yaml: false };
const jsonTypes = ['application/json', 'application/*', '*/*'];

function formOf({ type, parameters }: MediaRange): AnswerForm | undefined {
  const as = parameters.get('as');
  if (as === undefined) {
    if (jsonTypes.includes(type)) return plainJson;
    return type === 'application/yaml' ? { kind: 'object', yaml: true } : undefined;
  }
  if (!jsonTypes.includes(type)) return undefined;
  const version = parameters.get('v');
  const group = parameters.get('g');
  if (group === 'apidiscovery.k8s.io' && as === 'APIGroupDiscoveryList') {
    return version === 'v2' || version === 'v2beta1' ? { kind: 'discovery', version } : undefined;
  }
  if (group !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return undefined;
  if (as === 'Table') return { kind: 'table', version };
  return as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList'
    ? { kind: 'metadata', version }
    : undefined;
}

function parseAccept(accept: string): readonly MediaRange[] {
  const ranges = accept.split(',').map((part): MediaRange => {
    const [type = '', ...rest] = part.split(';').map((text) => text.trim());
    const parameters = new Map(rest.map((text) => splitPair(text)));
    const quality = Number(parameters.get('q') ?? 1);
    return { type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 0 : quality };
  });
  return ranges.filter(({ quality }) => quality > 0).sort((a, b) => b.quality - a.quality);
}

function splitPair(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  return at < 0 ? [text.toLowerCase(), ''] : [text.slice(0, at).trim().toLowerCase(), text.slice(at + 1).trim()];
}
