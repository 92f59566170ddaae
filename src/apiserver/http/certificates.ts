import { createPrivateKey, X509Certificate as NodeCertificate, randomBytes, webcrypto } from 'node:crypto';
import '../reflect-metadata.ts';
import * as x509 from '@peculiar/x509';
import { errorText, WeftError } from '../../base/errors.ts';

/** A certificate and its private key (PKCS #8), both as PEM text. */
export interface CertificatePair {
  readonly certificate: string;
  readonly key: string;
}

/** What a certificate is issued for. */
export interface CertificateRequest {
  /** The user name of a client certificate. */
  readonly commonName: string;
  /** The groups of a client certificate. */
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly usage: 'client' | 'server';
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;
/** Certificates begin a little in the past, for peers whose clock is behind. */
const skewMs = 3_600_000;
const authorityDays = 3650;
const leafDays = 365;

x509.cryptoProvider.set(webcrypto);

/** Makes a certificate authority (ECDSA P-256, ten years). @param now milliseconds since the epoch */
export async function createCertificateAuthority(name: string, now: number): Promise<CertificatePair> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [name] }],
    notBefore: new Date(now - skewMs),
    notAfter: new Date(now + authorityDays * dayMs),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pemText(certificate), key: await exportKey(keys.privateKey) };
}

/**
 * Issues a certificate (ECDSA P-256, one year).
 *
 * @throws WeftError `APISERVER_CA` when the authority's certificate or key cannot be used
 */
export async function issueCertificate(ca: CertificatePair, request: CertificateRequest): Promise<CertificatePair> {
  const { issuer, signingKey } = await readAuthority(ca);
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const usage = request.usage === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth;
  const names: x509.JsonGeneralNames = [
    ...(request.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(request.ipAddresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [...(request.organizations ?? []).map((group) => ({ O: [group] })), { CN: [request.commonName] }],
    issuer: issuer.subject,
    notBefore: new Date(request.now - skewMs),
    notAfter: new Date(request.now + leafDays * dayMs),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([usage]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  return { certificate: pemText(certificate), key: await exportKey(keys.privateKey) };
}

async function readAuthority(ca: CertificatePair) {
  try {
    const matches = new NodeCertificate(ca.certificate).checkPrivateKey(createPrivateKey(ca.key));
    if (!matches) throw new Error('the key is not the one of the certificate');
    const der = createPrivateKey(ca.key).export({ format: 'der', type: 'pkcs8' });
    const signingKey = await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
    return { issuer: new x509.X509Certificate(ca.certificate), signingKey };
  } catch (error) {
    const message = `Cannot use certificate authority: ${errorText(error)}, a PEM certificate and its PKCS #8 key are needed`;
    throw new WeftError('APISERVER_CA', message, { cause: error });
  }
}

/** 16 random bytes, positive. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key);
  return createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' })
    .export({ format: 'pem', type: 'pkcs8' })
    .toString();
}

function pemText(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem').trim()}\n`;
}
