import { WeftError } from '../base/errors.ts';
import type { BirdComplaint } from '../bird/parse-complaint.ts';

/** BIRD refuses a configuration. Code BIRD_CONFIGURATION. */
export class BirdConfigurationError extends WeftError implements BirdComplaint {
  readonly line?: number;
  readonly reason: string;

  constructor({ line, reason }: BirdComplaint) {
    super(
      'BIRD_CONFIGURATION',
      `Cannot use BIRD configuration: ${line === undefined ? '' : `line ${line}: `}${reason}, the old one stays in force`,
    );
    if (line !== undefined) this.line = line;
    this.reason = reason;
  }
}
