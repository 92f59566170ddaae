import { type OptionValues, textOption } from '../command.ts';
import { usageError } from '../usage-error.ts';

/** The value of `-o`; `undefined` without it. @throws WeftError CLI_USAGE for one that the command has not */
export function readFormat<const T extends string>(options: OptionValues, formats: readonly T[]): T | undefined {
  const text = textOption(options, 'output');
  if (text === undefined) return undefined;
  const format = formats.find((one) => one === text);
  if (format === undefined) throw usageError(`Unknown output format "${text}", one of ${formats.join(', ')} needed`);
  return format;
}
