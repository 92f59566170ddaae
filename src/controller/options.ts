import { parseArgs } from 'node:util';
import { parseDuration } from '../base/duration.ts';
import { errorText, WeftError } from '../base/errors.ts';
import type { LogLevel } from '../base/log.ts';
import { defaultLeakGraceMs } from './ipam-collector.ts';

/** Everything the program is told from outside. */
export interface ControllersFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly lab: boolean;
  readonly leakGraceMs: number;
  readonly logLevel: LogLevel;
}

/** What `weft controllers --help` prints. */
export const usage = `Usage: weft controllers [--kubeconfig FILE] [flags]

Releases leaked addresses and the blocks of nodes that are gone. Run one per cluster.

  --kubeconfig FILE           how to reach the API server (KUBECONFIG, else in-cluster)
  --context NAME              context of the kubeconfig
  --leak-grace-period TIME    how long an address must look leaked before it is released (15m; with --lab 1m)
  --lab                       also schedule pods, roll out Deployments, keep EndpointSlices and watch node health;
                              only where no kube-controller-manager and kube-scheduler run
  --log-level LEVEL           debug, info, warn or error (info)
`;

const labLeakGraceMs = 60_000;

/**
 * Reads the command line; `undefined` when help is asked for.
 *
 * @throws WeftError CONTROLLERS_USAGE
 */
export function readFlags(argv: readonly string[]): ControllersFlags | undefined {
  const { values } = parse(argv);
  if (values.help === true) return undefined;
  const lab = values.lab === true;
  const grace = values['leak-grace-period'];
  return {
    ...(values.kubeconfig !== undefined && { kubeconfig: values.kubeconfig }),
    ...(values.context !== undefined && { context: values.context }),
    lab,
    leakGraceMs: grace === undefined ? (lab ? labLeakGraceMs : defaultLeakGraceMs) : readGrace(grace),
    logLevel: logLevel(values['log-level'] ?? 'info'),
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      options: {
        kubeconfig: { type: 'string' },
        context: { type: 'string' },
        'leak-grace-period': { type: 'string' },
        lab: { type: 'boolean' },
        'log-level': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new WeftError('CONTROLLERS_USAGE', errorText(error));
  }
}

function readGrace(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw new WeftError(
    'CONTROLLERS_USAGE',
    `Cannot read --leak-grace-period "${text}": a duration like 15m, 90s or 1h30m needed`,
  );
}

function logLevel(text: string): LogLevel {
  const levels = ['debug', 'info', 'warn', 'error'] as const;
  const level = levels.find((one) => one === text);
  if (level !== undefined) return level;
  throw new WeftError('CONTROLLERS_USAGE', `Cannot read --log-level "${text}": ${levels.join(', ')} needed`);
}
