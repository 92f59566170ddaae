import type { Environment } from '@marcbachmann/cel-js';
import { registerFunctions } from './register-functions.ts';

/** Receiver of `strings.quote`. */
class StringsNamespace {}

/** A parsed URL inside an expression. */
class UrlValue {
  readonly text: string;
  /** A path alone has no scheme and no host: it is read below a stand-in. */
  readonly absolute: boolean;
  readonly url: URL;
  constructor(text: string, absolute: boolean, url: URL) {
    this.text = text;
    this.absolute = absolute;
    this.url = url;
  }
}

/**
 * `find`, `findAll`, `charAt`, `replace`, `reverse`, `strings.quote`, `url` and `isURL`; what else texts can do the
 * library brings along.
 *
 * @see Kubernetes documentation "Common Expression Language in Kubernetes", "regex library", "URL library"
 * @see cel-go ext "Strings"
 */
export function registerTextFunctions(environment: Environment): void {
  environment
    .registerType('StringsNamespace', StringsNamespace)
    .registerConstant('strings', 'StringsNamespace', new StringsNamespace())
    .registerType('kubernetes.URL', UrlValue)
    .registerOperator('kubernetes.URL == kubernetes.URL', (a: UrlValue, b: UrlValue) => a.text === b.text);
  registerFunctions(environment, {
    'string.find(string): string': (text: string, pattern: string) => new RegExp(pattern).exec(text)?.[0] ?? '',
    'string.findAll(string): list<string>': (text: string, pattern: string) => findAll(text, pattern, -1),
    'string.findAll(string, int): list<string>': (text: string, pattern: string, limit: bigint) =>
      findAll(text, pattern, Number(limit)),
    'string.charAt(int): string': (text: string, at: bigint) => [...text][Number(at)] ?? '',
    'string.reverse(): string': (text: string) => [...text].reverse().join(''),
    'string.replace(string, string): string': (text: string, from: string, to: string) =>
      text.replaceAll(from, () => to),
    'string.replace(string, string, int): string': replaceSome,
    'StringsNamespace.quote(string): string': (_strings: StringsNamespace, text: string) => JSON.stringify(text),
    'isURL(string): bool': (text: string) => parseUrl(text) !== undefined,
    'url(string): kubernetes.URL': (text: string) => {
      const url = parseUrl(text);
      if (url === undefined) throw new TypeError(`"${text}" is no absolute URL or path`);
      return url;
    },
    'kubernetes.URL.getScheme(): string': ({ absolute, url }: UrlValue) => (absolute ? url.protocol.slice(0, -1) : ''),
    'kubernetes.URL.getHost(): string': ({ absolute, url }: UrlValue) => (absolute ? url.host : ''),
    'kubernetes.URL.getHostname(): string': ({ absolute, url }: UrlValue) =>
      absolute ? url.hostname.replace(/^\[|\]$/g, '') : '',
    'kubernetes.URL.getPort(): string': ({ absolute, url }: UrlValue) => (absolute ? url.port : ''),
    'kubernetes.URL.getEscapedPath(): string': ({ url }: UrlValue) => url.pathname,
  });
}

function findAll(text: string, pattern: string, limit: number): string[] {
  const found = [...text.matchAll(new RegExp(pattern, 'g'))].map((match) => match[0]);
  return limit < 0 ? found : found.slice(0, limit);
}

function replaceSome(text: string, from: string, to: string, count: bigint): string {
  if (count < 0n) return text.replaceAll(from, () => to);
  let left = Number(count);
  return text.replaceAll(from, (match) => {
    left -= 1;
    return left >= 0 ? to : match;
  });
}

function parseUrl(text: string): UrlValue | undefined {
  const absolute = !text.startsWith('/');
  if (absolute && !/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(text)) return undefined;
  const url = URL.parse(text, absolute ? undefined : 'http://stand-in');
  return url === null ? undefined : new UrlValue(text, absolute, url);
}
