import { isSubdomain } from '../../api/name-syntax.ts';
import { ipFamily, tryParseIp } from '../../net/ip.ts';
import { type ApiObject, arrayAt, type JsonRecord, recordsAt } from '../json.ts';
import { type Cause, invalidValue, requiredValue, unsupportedValue } from '../status-error.ts';
import { validatePortNumber, validateProtocol } from './validate-ports.ts';

const types = ['FQDN', 'IPv4', 'IPv6'];
const maxAddresses = 100;

/** What is wrong with a discovery.k8s.io EndpointSlice. */
export function validateEndpointSlice(object: Readonly<ApiObject>): Cause[] {
  const { addressType } = object;
  if (addressType === undefined) return [requiredValue('addressType')];
  if (!types.includes(String(addressType))) return [unsupportedValue('addressType', addressType, types)];
  const endpoints = recordsAt(object, 'endpoints').flatMap((endpoint, index) => {
    const field = `endpoints[${index}].addresses`;
    const addresses = arrayAt(endpoint, 'addresses');
    if (addresses.length === 0) return [requiredValue(field, 'must contain at least 1 address')];
    if (addresses.length > maxAddresses) {
      const message = `Too many: ${addresses.length}: must have at most ${maxAddresses} items`;
      return [{ field, reason: 'FieldValueTooMany', message }];
    }
    return addresses.flatMap((address, at) => validateAddress(`${field}[${at}]`, address, String(addressType)));
  });
  return [...endpoints, ...ports('ports', recordsAt(object, 'ports'))];
}

/** What is wrong with a core Endpoints. */
export function validateEndpoints(object: Readonly<ApiObject>): Cause[] {
  return recordsAt(object, 'subsets').flatMap((subset, index) => {
    const field = `subsets[${index}]`;
    const lists = ['addresses', 'notReadyAddresses'] as const;
    if (lists.every((list) => arrayAt(subset, list).length === 0)) {
      return [requiredValue(field, 'must specify `addresses` or `notReadyAddresses`')];
    }
    const addresses = lists.flatMap((list) =>
      recordsAt(subset, list).flatMap(({ ip }, at) =>
        tryParseIp(String(ip)) === undefined
          ? [
              invalidValue(
                `${field}.${list}[${at}].ip`,
                ip,
                'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
              ),
            ]
          : [],
      ),
    );
    return [...addresses, ...ports(`${field}.ports`, recordsAt(subset, 'ports'))];
  });
}

function validateAddress(field: string, address: unknown, type: string): Cause[] {
  const text = String(address);
  if (type === 'FQDN') {
    return isSubdomain(text) ? [] : [invalidValue(field, address, 'must be a name of DNS, as www.example.com')];
  }
  const ip = tryParseIp(text);
  const family = type === 'IPv4' ? 4 : 6;
  return ip !== undefined && ipFamily(ip) === family
    ? []
    : [invalidValue(field, address, `must be a valid ${type} address`)];
}

function ports(field: string, list: readonly JsonRecord[]): Cause[] {
  return list.flatMap(({ port, protocol }, index) => [
    ...(port === undefined ? [] : validatePortNumber(`${field}[${index}].port`, port)),
    ...(protocol === undefined ? [] : validateProtocol(`${field}[${index}].protocol`, protocol)),
  ]);
}
