import { readFileSync, writeFileSync } from 'node:fs';
import { type CertificatePair, createCertificateAuthority, issueCertificate } from '../apiserver/http/certificates.ts';
import type { TlsFiles } from '../apiserver/http/listener.ts';
import { kubeconfig } from '../apiserver/kubeconfig.ts';
import type { LabDirectory } from './directory.ts';
import type { Topology } from './topology.ts';

/** The port of the API server inside of the cluster. */
export const apiServerPort = 6443;

/** The lab's own authority, and what it issued. */
export interface LabCertificates {
  readonly ca: CertificatePair;
  readonly server: TlsFiles;
}

/** Makes authority and server certificate and leaves them for the API server process. */
export async function makeCertificates(directory: LabDirectory, topology: Topology): Promise<LabCertificates> {
  const now = Date.now();
  const ca = await createCertificateAuthority(`weft-lab-${topology.name}`, now);
  const masters = topology.nodes.filter((node) => node.role === 'control-plane');
  const pair = await issueCertificate(ca, {
    commonName: 'kube-apiserver',
    usage: 'server',
    now,
    dnsNames: ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'],
    ipAddresses: ['127.0.0.1', '10.96.0.1', ...masters.map((node) => node.address)],
  });
  const server = { certificate: pair.certificate, key: pair.key, clientCa: ca.certificate };
  writeFileSync(directory.certificates, JSON.stringify(server), { mode: 0o600 });
  return { ca, server };
}

/** What {@link makeCertificates} left for the API server process. */
export function readServerCertificates(path: string): TlsFiles {
  return JSON.parse(readFileSync(path, 'utf8')) as TlsFiles;
}

/** Writes a kubeconfig with a client certificate of its own, readable by root alone. */
export async function writeKubeconfig(
  path: string,
  ca: CertificatePair,
  options: { readonly name: string; readonly server: string; readonly user: string; readonly group: string },
): Promise<void> {
  const client = await issueCertificate(ca, {
    commonName: options.user,
    organizations: [options.group],
    usage: 'client',
    now: Date.now(),
  });
  const text = kubeconfig({
    name: options.name,
    server: options.server,
    ca: ca.certificate,
    user: options.user,
    client,
  });
  writeFileSync(path, text, { mode: 0o600 });
}
