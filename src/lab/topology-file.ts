import { Ajv, type ErrorObject } from 'ajv';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { WeftError } from '../base/errors.ts';
import { routerSoftware } from './lab-router.ts';
import type { TopologyOptions } from './topology.ts';

const text = { type: 'string' } as const;

const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    name: text,
    mode: text,
    crossSubnet: { type: 'boolean' },
    pool: text,
    blockSize: { type: 'integer' },
    mtu: { type: 'integer' },
    ipv6: { type: 'boolean' },
    as: { type: 'integer' },
    mesh: { type: 'boolean' },
    segments: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'cidr'],
        properties: { name: text, cidr: text },
      },
    },
    nodes: {
      anyOf: [
        { type: 'integer' },
        {
          type: 'array',
          minItems: 1,
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['name'],
            properties: {
              name: text,
              segment: text,
              address: text,
              role: { enum: ['control-plane', 'worker'] },
              as: { type: 'integer' },
              labels: { type: 'object', additionalProperties: text },
              reflectorClusterId: text,
            },
          },
        },
      ],
    },
    routers: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'software'],
        properties: {
          name: text,
          software: { enum: routerSoftware },
          as: { type: 'integer' },
          segment: text,
          segments: { type: 'array', minItems: 1, items: text },
          address: text,
          addresses: { type: 'array', items: text },
          reflector: { type: 'boolean' },
          peers: { anyOf: [{ const: 'auto' }, { type: 'array', items: text }] },
          announce: { type: 'array', items: text },
          password: text,
          bfd: { type: 'boolean' },
          peer: { type: 'boolean' },
        },
      },
    },
  },
} as const;

/**
 * Reads a lab file (YAML): keys name, mode, nodes (a number or a list of {@link NodeOption}), segments ({name, cidr}),
 * crossSubnet, pool, blockSize, mtu, ipv6, as, mesh, routers (a list of {@link RouterOption}).
 *
 * @param file how the file is called in errors
 * @throws WeftError LAB_BAD_FILE with file and line
 */
export function parseTopologyFile(content: string, file: string): TopologyOptions {
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines });
  const broken = document.errors[0];
  if (broken !== undefined) {
    fail(
      file,
      lines.linePos(broken.pos[0]).line,
      (broken.message.split('\n')[0] ?? 'not YAML').replace(/ at line .*/, ''),
    );
  }
  const value: unknown = document.toJS() ?? {};
  const validate = new Ajv({ allErrors: true }).compile<TopologyOptions>(schema);
  if (validate(value)) return value;
  const error = mostTelling(validate.errors ?? []);
  const path = (error?.instancePath ?? '')
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  const extra = error?.keyword === 'additionalProperties' ? String(error.params.additionalProperty) : undefined;
  const node = document.getIn(extra === undefined ? path : [...path, extra], true);
  const line = isNode(node) && node.range ? lines.linePos(node.range[0]).line : 1;
  const where = path.length === 0 ? 'the lab' : path.join('.');
  return fail(
    file,
    line,
    extra === undefined ? `${where} ${error?.message ?? 'is not valid'}` : `${where} has the unknown key "${extra}"`,
  );
}

/** Of a union's many complaints the deepest one says what the person meant to write. */
function mostTelling(errors: readonly ErrorObject[]): ErrorObject | undefined {
  return errors.toSorted((a, b) => b.instancePath.length - a.instancePath.length)[0];
}

function fail(file: string, line: number, why: string): never {
  throw new WeftError('LAB_BAD_FILE', `Cannot read lab file "${file}": line ${line}: ${why}`);
}
