import { WeftError } from '../../base/errors.ts';
import { tryParseIp } from '../../net/ip.ts';
import type { PolicyResources } from '../../policy/resources.ts';
import { outsideAddress } from '../../trace/outside-address.ts';
import { nearest, usageError } from '../usage-error.ts';
import { type EndChoice, endAt, nodeChoice, podChoice } from './end-choice.ts';
import { findDotted } from './find-dotted.ts';
import { findPod, missingPod, podNamed, some } from './find-pod.ts';
import { serviceChoices } from './service-choices.ts';

/** `HOST:PORT` taken apart: `[fd00::1]:80`, `10.0.0.1:80`, `shop/web:http`. */
export function splitPort(word: string): { readonly host: string; readonly port: string | undefined } {
  if (tryParseIp(word) !== undefined) return { host: word, port: undefined };
  const [, bracketed, behind] = /^\[([^\]]+)\](?::(.*))?$/.exec(word) ?? [];
  if (bracketed !== undefined) return { host: bracketed, port: behind };
  const [, host = word, port] = /^(.*):([^:]*)$/.exec(word) ?? [];
  return { host, port };
}

/**
 * What a word of the command line means: `pod/NAME[.NS]`, `NS/NAME`, `NAME`, `svc/NAME[.NS]`, `node/NAME`, `external`,
 * an address. A Service is each of its backends.
 *
 * @param namespace of names that say none
 * @throws WeftError CLI_USAGE for what cannot be read, CLI_FAILED for what does not exist or has no address
 */
export function readEnd(word: string, resources: PolicyResources, namespace: string): readonly EndChoice[] {
  if (word === '')
    throw usageError('Cannot read "": pod/NAME[.NS], NS/NAME, svc/NAME[.NS], node/NAME, external or an address needed');
  if (word === 'external') {
    return [
      { ends: ([4, 6] as const).map((family) => ({ kind: 'outside', address: outsideAddress(resources, family) })) },
    ];
  }
  const address = tryParseIp(word);
  if (address !== undefined) return [endAt(address, resources)];
  const [first = '', ...others] = word.split('/');
  const rest = others.join('/');
  if (others.length === 0) return [podChoice(findPod(resources, namespace, first))];
  if (others.length > 1 || rest === '') throw usageError(`Cannot read "${word}": KIND/NAME or NAMESPACE/NAME needed`);
  switch (first) {
    case 'pod':
    case 'pods':
    case 'po':
      return [
        podChoice(
          findDotted(rest, namespace, (ns, name) => podNamed(resources, ns, name)) ??
            missingPod(resources, rest, namespace),
        ),
      ];
    case 'svc':
    case 'service':
    case 'services':
      return serviceChoices(resources, rest, namespace);
    case 'node':
    case 'nodes':
    case 'no':
      return [nodeChoice(findNode(resources, rest))];
    default:
      return [podChoice(findPod(resources, first, rest))];
  }
}

function findNode({ nodes }: PolicyResources, name: string) {
  const node = nodes.find(({ metadata }) => metadata.name === name);
  if (node !== undefined) return node;
  const names = nodes.map(({ metadata }) => metadata.name);
  const near = nearest(name, names);
  const hint = near === undefined ? `one of ${some(names)} needed` : `did you mean "${near}"?`;
  throw new WeftError('CLI_FAILED', `Cannot find node "${name}": ${hint}`);
}
