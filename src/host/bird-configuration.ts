import { rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorText, hasCode, WeftError } from '../base/errors.ts';
import { replyFailure } from '../bird/bird-reply.ts';
import { isSameSince } from '../bird/is-same-since.ts';
import { parseComplaint } from '../bird/parse-complaint.ts';
import { parseStatus } from '../bird/parse-status.ts';
import { readFileIfAny, writeFileAtomically } from './atomic-file.ts';
import { BirdConfigurationError } from './bird-configuration-error.ts';
import { askBird } from './bird-control.ts';
import type { BirdFiles } from './bird-daemon.ts';
import { run } from './run.ts';

/** BIRD reads its configuration before it answers: a large one takes longer than a question. */
const configureLimitMs = 30_000;

/** Of its own, BIRD reads the largest within a second or two. */
const checkLimitMs = 10_000;

/** What came of a configuration: BIRD took it; it is in force already; no BIRD runs, the next one will read it. */
export type BirdApplied = 'reconfigured' | 'unchanged' | 'not running';

/**
 * Puts a configuration into force: a draft beside the file, checked by `bird -p`, taken by the running BIRD
 * (`configure`), and only then the file that BIRD reads when it starts: what is refused, by whom ever, is never found
 * there. BIRD is not restarted, and sessions whose settings stay the same do not notice. For one caller at a time.
 *
 * @throws BirdConfigurationError (BIRD_CONFIGURATION) with line and reason; WeftError HOST_BIRD when BIRD runs but does
 * not answer or is shutting down, HOST_COMMAND when there is no program `bird`, HOST_WRITE. The old file stays in each case.
 */
export async function applyBirdConfiguration(files: BirdFiles, text: string): Promise<BirdApplied> {
  if (readFileIfAny(files.configuration) === text) return 'unchanged';
  const draft = join(dirname(files.configuration), `.${basename(files.configuration)}.draft`);
  try {
    writeFileAtomically(draft, text);
    await checkFile(draft);
    const bootTime = await askBootTime(files);
    if (bootTime !== undefined) await configure(files, `configure "${draft}"`);
    writeFileAtomically(files.configuration, text);
    // One that started meanwhile may have read the old file: it listens before it reads.
    const bootTimeNow = await askBootTime(files);
    if (bootTimeNow === undefined) return 'not running';
    if (bootTime === undefined || !isSameSince(bootTime, bootTimeNow)) await configure(files, 'configure');
    return 'reconfigured';
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Lets a BIRD of its own read a draft, which does nothing else. One that makes BIRD fall over falls over here. */
async function checkFile(path: string): Promise<void> {
  try {
    await run('bird', ['-p', '-c', path], { timeoutMs: checkLimitMs });
  } catch (error) {
    const said = /: exit status \d+: (.*)$/s.exec(errorText(error))?.[1];
    throw said === undefined ? error : new BirdConfigurationError(parseComplaint(said));
  }
}

/** "Reconfiguration ignored, shutting down". */
const ignored = 6;

/** Other answers than failures mean that BIRD has the configuration; it may still be busy with it (0004, 0005). */
async function configure(files: BirdFiles, command: string): Promise<void> {
  const reply = await askBird(files.socket, command, { timeoutMs: configureLimitMs });
  const failure = replyFailure(reply);
  if (failure !== undefined) throw new BirdConfigurationError(parseComplaint(failure));
  if (reply.lines.at(-1)?.code === ignored)
    throw new WeftError('HOST_BIRD', 'Cannot configure BIRD: it is shutting down');
}

/** When BIRD started; `undefined` while none runs. */
async function askBootTime(files: BirdFiles): Promise<string | undefined> {
  try {
    return parseStatus(await askBird(files.socket, 'show status')).bootTime;
  } catch (error) {
    if (hasCode(error, 'HOST_BIRD_DOWN')) return undefined;
    throw error;
  }
}
