import type { HttpMatch, HttpPath } from './calico-policy.ts';
import type { FieldError } from './field-error.ts';
import { fieldAt } from './field-path.ts';

/** Checks the methods and paths of a rule. @see RFC 3986 section 3.3 for what a path is made of */
export function validateHttpMatch(match: HttpMatch, field = ''): readonly FieldError[] {
  const { methods = [], paths = [] } = match;
  const errors: FieldError[] = [];
  if (new Set(methods).size < methods.length) {
    errors.push({ field: fieldAt(field, 'methods'), value: methods, reason: 'a method is listed twice' });
  }
  for (const [index, path] of paths.entries()) {
    const reason = pathProblem(path);
    if (reason !== undefined) errors.push({ field: `${fieldAt(field, 'paths')}[${index}]`, value: path, reason });
  }
  return errors;
}

function pathProblem({ exact = '', prefix = '' }: HttpPath): string | undefined {
  if (exact !== '' && prefix !== '') return "both 'exact' and 'prefix' are set";
  const path = exact === '' ? prefix : exact;
  if (path === '') return "either 'exact' or 'prefix' must be set";
  return path.startsWith('/') && !/[? #]/.test(path)
    ? undefined
    : 'a path must start with `/` and not contain `?`, `#` or a space';
}
