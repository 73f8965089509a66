import { readFile, rename, writeFile } from 'node:fs/promises';
import { Fault } from '../../core/fault.ts';
import type { SelfCheck } from '../evasion/self-checks.ts';
import type { AssessStep, CertifiedCurve, DetectorResult, NotRun } from './assessment.ts';
import type { MeasuredCost } from './plan-assessment.ts';

/** What an assessment has decided and done so far, besides the logs of its steps. */
export interface AssessState {
  /** Digest of the question: what differs is another assessment. */
  readonly identity: string;
  readonly cost: MeasuredCost;
  readonly plan: AssessStep[];
  /** Samples of which the clean accuracy is measured, and those of the self-checks. */
  readonly clean?: number;
  readonly checked?: number;
  /** Steps that began: their numbers of samples stay as they are. */
  readonly started: string[];
  /** Steps that had their share of the time, and how many samples they attacked in it: those are what is reported, now and later. */
  readonly enough: Record<string, number>;
  /** Queries that may have been sent in all when a step ends, as it was decided when it began. */
  readonly queries?: Record<string, number>;
  selfChecks: readonly SelfCheck[] | null;
  certificates: readonly CertifiedCurve[] | null;
  detectors: readonly DetectorResult[] | null;
  /** Detectors that were not measured, whatever the time. */
  detectorsLeftOut?: readonly NotRun[];
  seconds: number;
}

/**
 * What was done so far, or null where nothing was.
 * @throws Fault `ERR_DATA` for a damaged file, `ERR_USAGE` for one of another assessment or one that cannot be read
 */
export async function readAssessState(path: string, identity: string): Promise<AssessState | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Fault('ERR_USAGE', 'What was done so far cannot be read.', { where: path, cause });
  }
  const damaged = (cause?: unknown): Fault =>
    new Fault('ERR_DATA', 'What was done so far is damaged.', {
      where: path,
      hint: 'Begin anew (--fresh), or name another folder (--out).',
      cause,
    });
  let found: Partial<AssessState>;
  try {
    found = JSON.parse(text, (_, value: unknown) => (value === 'Infinity' ? Infinity : value)) as Partial<AssessState>;
  } catch (cause) {
    throw damaged(cause);
  }
  if (typeof found !== 'object' || found === null) throw damaged();
  if (found.identity !== identity) {
    throw new Fault('ERR_USAGE', 'The folder holds another assessment: model, data or options differ.', {
      where: path,
      hint: 'Name another folder (--out), or begin anew (--fresh).',
    });
  }
  const { cost, plan, clean = 1, checked = 0, started, enough, selfChecks, certificates, detectors, seconds } = found;
  const list = (value: unknown): boolean => value === null || Array.isArray(value);
  const whole =
    typeof cost?.forward === 'number' &&
    Array.isArray(plan) &&
    plan.every(
      (step) =>
        typeof step?.id === 'string' && Number.isInteger(step.samples) && step.samples > 0 && step.expectedSamples > 0,
    ) &&
    Number.isInteger(clean) &&
    clean > 0 &&
    Number.isInteger(checked) &&
    checked >= 0 &&
    Array.isArray(started) &&
    typeof enough === 'object' &&
    enough !== null &&
    list(selfChecks) &&
    list(certificates) &&
    list(detectors) &&
    typeof seconds === 'number';
  if (!whole) throw damaged();
  return found as AssessState;
}

/** Written beside and renamed: a crash leaves the old or the new one. */
export async function writeAssessState(path: string, state: AssessState): Promise<void> {
  const text = JSON.stringify(state, (_, value: unknown) => (value === Infinity ? 'Infinity' : value), 1);
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}
