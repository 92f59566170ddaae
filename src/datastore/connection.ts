/** What proves who we are, for one request. */
export interface AuthMaterial {
  /** Value of the `Authorization` header. */
  readonly authorization?: string;
  /** PEM. */
  readonly certificate?: string;
  /** PEM. */
  readonly privateKey?: string;
}

/** Where {@link AuthMaterial} comes from; may run a program or read a file. */
export interface Credentials {
  current(): Promise<AuthMaterial>;
  /** The server has refused what `current` gave: forget what is cached. */
  invalidate(): void;
}

/** Where the API server is. */
export type ServerAddress =
  | {
      readonly kind: 'tcp';
      readonly tls: boolean;
      readonly host: string;
      readonly port: number;
      /** Prefix of every path, without a slash at the end: '' or `/k8s/clusters/c-1`. */
      readonly basePath: string;
    }
  | { readonly kind: 'unix'; readonly path: string };

/** Everything needed to talk to one API server as one user. */
export interface Connection {
  readonly server: ServerAddress;
  /** Trusted certificates, PEM. Absent: those of the system. */
  readonly certificateAuthority?: string;
  /** The server's certificate is not checked. */
  readonly insecure?: boolean;
  /** Name expected in the server's certificate instead of the host. */
  readonly serverName?: string;
  readonly credentials: Credentials;
  /** Headers of every request (impersonation). */
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Namespace when none is given. */
  readonly namespace: string;
  /** Where this comes from, for messages: `kubeconfig "/root/.kube/config", context "dev"`. */
  readonly source: string;
}

/** Credentials that never change. */
export function fixedCredentials(material: AuthMaterial): Credentials {
  return { current: () => Promise.resolve(material), invalidate: () => {} };
}

/**
 * Reads the address of a server: `https://HOST[:PORT][/PATH]`, `http://...`, `unix://PATH`.
 *
 * @throws TypeError with what is needed
 */
export function parseServerAddress(text: string): ServerAddress {
  if (text.startsWith('unix://')) return { kind: 'unix', path: text.slice('unix://'.length) };
  const url = URL.parse(text.includes('://') ? text : `https://${text}`);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new TypeError(`server "${text}" found, https://HOST:PORT or unix://PATH needed`);
  }
  const tls = url.protocol === 'https:';
  return {
    kind: 'tcp',
    tls,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (tls ? 443 : 80) : Number(url.port),
    basePath: url.pathname.replace(/\/$/, ''),
  };
}

/** The address as people write it. */
export function formatServerAddress(server: ServerAddress): string {
  if (server.kind === 'unix') return `unix://${server.path}`;
  const host = server.host.includes(':') ? `[${server.host}]` : server.host;
  return `${server.tls ? 'https' : 'http'}://${host}:${server.port}${server.basePath}`;
}
