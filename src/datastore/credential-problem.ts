import { errorText } from '../base/errors.ts';
import type { AuthMaterial, Connection } from './connection.ts';

/**
 * What is wrong with our own side of a connection that failed: the server only ever says "unauthorized", and OpenSSL
 * says less. `undefined` when nothing is found.
 */
export async function credentialProblem(connection: Connection): Promise<string | undefined> {
  const { certificateAuthority } = connection;
  const material = await connection.credentials.current().catch((): AuthMaterial => ({}));
  if (certificateAuthority === undefined && material.certificate === undefined && material.privateKey === undefined) {
    return undefined;
  }
  const crypto = await import('node:crypto');
  if (certificateAuthority !== undefined && !isCertificate(certificateAuthority, crypto)) {
    return 'the certificate-authority cannot be read, a certificate in PEM needed';
  }
  return clientProblem(material, crypto);
}

type Crypto = typeof import('node:crypto');

function clientProblem({ certificate, privateKey }: AuthMaterial, crypto: Crypto): string | undefined {
  if (certificate === undefined && privateKey === undefined) return undefined;
  if (certificate === undefined) return 'there is a client-key without client-certificate, both needed';
  if (privateKey === undefined) return 'there is a client-certificate without client-key, both needed';
  if (!isCertificate(certificate, crypto)) return 'the client certificate cannot be read, PEM needed';
  const own = new crypto.X509Certificate(certificate);
  try {
    const key = crypto.createPrivateKey(privateKey);
    if (!own.checkPrivateKey(key)) return 'client-key and client-certificate do not belong together, a pair needed';
  } catch (error) {
    return `the client key cannot be read (${errorText(error).split('\n')[0]}), a private key in PEM without passphrase needed`;
  }
  const [begins, ends] = [own.validFromDate, own.validToDate];
  if (begins.getTime() > Date.now()) {
    return `the client certificate is valid from ${begins.toISOString()} on, the clocks should be compared`;
  }
  if (ends.getTime() >= Date.now()) return undefined;
  return `the client certificate has expired on ${ends.toISOString()}, a new one needed (kubeadm: "kubeadm certs renew")`;
}

function isCertificate(text: string, crypto: Crypto): boolean {
  try {
    new crypto.X509Certificate(text);
    return true;
  } catch {
    return false;
  }
}
