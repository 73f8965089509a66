import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageVersion } from '../src/cli/version.ts';
import { isFault } from '../src/core/fault.ts';
import { assess, type AssessOptions } from '../src/lab/assess/assess.ts';
import type { Assessment } from '../src/lab/assess/assessment.ts';
import { assessmentToHtml } from '../src/report/assessment/to-html.ts';

/**
 * Assesses a model and writes `report.html` and `assessment.json` into a folder, as `parapet assess` does. What is done so far is kept beside them: the same call
 * goes on there.
 * @param command what made it, for the page
 */
export async function writeAssessment(
  options: Omit<AssessOptions, 'state'>,
  folder: string,
  command: string,
): Promise<Assessment> {
  mkdirSync(folder, { recursive: true });
  const state = join(folder, 'state');
  const { assessment, artefacts } = await assess({ ...options, state }).catch((error: unknown) => {
    // Of another model, or with other options: an example begins anew.
    if (!isFault(error) || error.code !== 'ERR_USAGE' || error.where !== join(state, 'plan.json')) throw error;
    rmSync(state, { recursive: true, force: true });
    return assess({ ...options, state });
  });
  const about = { version: packageVersion(), time: Date.now(), command };
  writeFileSync(join(folder, 'report.html'), assessmentToHtml(assessment, artefacts, about));
  const finite = (_: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isFinite(value) ? null : value;
  writeFileSync(join(folder, 'assessment.json'), `${JSON.stringify(assessment, finite, 2)}\n`);
  return assessment;
}
