import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { errorText, WeftError } from '../base/errors.ts';
import { createLogger } from '../base/log.ts';
import { parseCidr } from '../net/cidr.ts';
import type { ListenAddress, TlsFiles } from './http/listener.ts';
import { type ApiServerOptions, startApiServer } from './server.ts';
import { socketsIn } from './streaming/sockets-in.ts';

const usage = `Usage: weft apiserver --data FILE [--listen ADDRESS:PORT]... [--unix PATH] [flags]

Serves the Kubernetes API from one file. For labs and tests; in production use kube-apiserver.

  --data FILE            database file, made when missing
  --listen ADDRESS:PORT  TLS listener, client certificates required; may be repeated
  --tls-cert FILE        certificate of the server (PEM)
  --tls-key FILE         its private key (PEM)
  --client-ca FILE       authority that client certificates must come from (PEM)
  --unix PATH            plain HTTP on a unix socket, whoever may open it is administrator
  --advertise ADDRESS:PORT  where pods reach this server: makes the Service "kubernetes"
  --kubelet-sockets DIR  kubelets listen on DIR/NODE.sock: serves exec, attach, logs and port-forward
  --service-cidr CIDR    range of Service addresses (default 10.96.0.0/12); may be given once per family
`;

/** `weft apiserver`: runs until SIGTERM or SIGINT. Exit status 0, 1 for an error, 2 for wrong usage. */
export async function run(argv: readonly string[]): Promise<number> {
  const log = createLogger((line) => process.stderr.write(`${line}\n`), Date.now);
  let options: ApiServerOptions | undefined;
  try {
    options = readOptions(argv);
  } catch (error) {
    process.stderr.write(`${errorText(error)}\n\n${usage}`);
    return 2;
  }
  if (options === undefined) {
    process.stdout.write(usage);
    return 0;
  }
  try {
    const started = performance.now();
    const server = await startApiServer({ ...options, log });
    const urls = server.listeners.map((listener) => listener.url);
    log.info('ready', { listen: urls, data: options.data, ms: Math.round(performance.now() - started) });
    const signal = await untilSignal();
    log.info('stopping', { signal });
    await server.stop();
    return 0;
  } catch (error) {
    log.fatal('cannot start', { error: errorText(error) });
    return 1;
  }
}

function readOptions(argv: readonly string[]): ApiServerOptions | undefined {
  const { values } = parseArgs({
    args: [...argv],
    strict: true,
    options: {
      data: { type: 'string' },
      listen: { type: 'string', multiple: true },
      'tls-cert': { type: 'string' },
      'tls-key': { type: 'string' },
      'client-ca': { type: 'string' },
      unix: { type: 'string' },
      advertise: { type: 'string' },
      'kubelet-sockets': { type: 'string' },
      'service-cidr': { type: 'string', multiple: true },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return undefined;
  const listen: ListenAddress[] = (values.listen ?? []).map((text) => parseAddress('--listen', text));
  if (values.unix !== undefined) listen.push({ unix: values.unix });
  if (values.data === undefined) throw new WeftError('APISERVER_USAGE', 'Cannot start: --data FILE is missing');
  if (listen.length === 0) throw new WeftError('APISERVER_USAGE', 'Cannot start: --listen or --unix is missing');
  const tls = readTls(values['tls-cert'], values['tls-key'], values['client-ca']);
  if (tls === undefined && values.listen !== undefined) {
    throw new WeftError('APISERVER_USAGE', 'Cannot listen on TCP: --tls-cert, --tls-key and --client-ca are needed');
  }
  const advertise = values.advertise === undefined ? undefined : parseAddress('--advertise', values.advertise);
  return {
    data: values.data,
    listen,
    ...(tls && { tls }),
    ...(advertise && { advertise: { address: advertise.host, port: advertise.port } }),
    ...(values['kubelet-sockets'] && { kubelets: socketsIn(values['kubelet-sockets']) }),
    ...(values['service-cidr'] && { serviceCidrs: values['service-cidr'].map(parseCidr) }),
  };
}

function parseAddress(flag: string, text: string): { host: string; port: number } {
  const found = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const host = found?.[1] ?? found?.[2] ?? '';
  const port = Number(found?.[3] ?? Number.NaN);
  if (isIP(host) === 0 || !(port <= 65_535)) {
    throw new WeftError('APISERVER_USAGE', `Cannot use ${flag} "${text}": ADDRESS:PORT is needed, like 127.0.0.1:6443`);
  }
  return { host, port };
}

function readTls(certificate?: string, key?: string, clientCa?: string): TlsFiles | undefined {
  if (certificate === undefined || key === undefined || clientCa === undefined) return undefined;
  return { certificate: readPem(certificate), key: readPem(key), clientCa: readPem(clientCa) };
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new WeftError('APISERVER_USAGE', `Cannot read "${file}"`, { cause: error });
  }
}

function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
}
