import type { CertificatePair } from './http/certificates.ts';

/** What a kubeconfig says. */
export interface KubeconfigOptions {
  /** Name of cluster and context. */
  readonly name: string;
  /** `https://127.0.0.1:6443`. */
  readonly server: string;
  /** PEM of the authority that issued the server's certificate. */
  readonly ca: string;
  readonly user: string;
  readonly client: CertificatePair;
  readonly namespace?: string;
}

/**
 * The text of a kubeconfig file with everything inline. It holds a private key: write it with mode 0600. JSON, which every
 * reader of YAML takes: commands that need no YAML otherwise start a quarter faster.
 */
export function kubeconfig(options: KubeconfigOptions): string {
  const { name, server, ca, user, client } = options;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [
      {
        name: user,
        user: { 'client-certificate-data': base64(client.certificate), 'client-key-data': base64(client.key) },
      },
    ],
    contexts: [{ name, context: { cluster: name, user, namespace: options.namespace ?? 'default' } }],
    'current-context': name,
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
