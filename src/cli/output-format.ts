import { readFileSync } from 'node:fs';
import { WeftError } from '../base/errors.ts';
import { fileErrorText } from '../base/file-error-text.ts';
import { nearest, usageError } from './usage-error.ts';

/** How `get` shows what it found. */
export type OutputFormat =
  | { readonly kind: 'table'; readonly wide: boolean }
  | { readonly kind: 'yaml' }
  | { readonly kind: 'json' }
  | { readonly kind: 'name' }
  /** calicoctl's headings, or kubectl's `HEADING:.path`. */
  | { readonly kind: 'custom-columns'; readonly spec: string }
  /** A line of headings, and one of paths. */
  | { readonly kind: 'custom-columns-file'; readonly text: string }
  | { readonly kind: 'go-template' | 'jsonpath'; readonly template: string };

const names = ['yaml', 'json', 'wide', 'name', 'ps', 'table', 'custom-columns', 'go-template', 'jsonpath'];

/**
 * Reads the value of `-o`.
 *
 * @throws WeftError CLI_USAGE; CLI_FILE when the file of a template cannot be read
 */
export function parseOutputFormat(text: string | undefined): OutputFormat {
  const equals = text?.indexOf('=') ?? -1;
  const name = text === undefined ? 'ps' : equals === -1 ? text : text.slice(0, equals);
  const value = text === undefined || equals === -1 ? '' : text.slice(equals + 1);
  if (equals === -1) {
    if (name === 'ps' || name === 'table' || name === 'wide') return { kind: 'table', wide: name === 'wide' };
    if (name === 'yaml' || name === 'yml') return { kind: 'yaml' };
    if (name === 'json' || name === 'name') return { kind: name };
  }
  const valued = valuedFormat(name, value);
  if (valued !== undefined) return valued;
  const near = nearest(name, names);
  const choices = near === undefined || near === name ? `one of ${names.join(', ')} needed` : `did you mean "${near}"?`;
  throw usageError(`Unknown output format "${text}", ${choices}`);
}

function valuedFormat(name: string, value: string): OutputFormat | undefined {
  const needed = (what: string): string => {
    if (value === '') throw usageError(`need to specify ${what}: -o ${name}=...`);
    return value;
  };
  switch (name) {
    case 'custom-columns':
      return { kind: 'custom-columns', spec: needed('at least one column') };
    case 'custom-columns-file':
      return { kind: 'custom-columns-file', text: readTemplate(needed('a file of columns')) };
    case 'go-template':
    case 'jsonpath':
      return { kind: name, template: needed('a template') };
    case 'go-template-file':
    case 'jsonpath-file':
      return {
        kind: name === 'jsonpath-file' ? 'jsonpath' : 'go-template',
        template: readTemplate(needed('a template file')),
      };
    default:
      return undefined;
  }
}

function readTemplate(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new WeftError('CLI_FILE', `Cannot read template "${path}": ${fileErrorText(error)}`);
  }
}
