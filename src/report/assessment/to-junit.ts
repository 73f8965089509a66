import type { Assessment } from '../../lab/assess/assessment.ts';
import { escapeMarkup } from '../escape-markup.ts';

/**
 * An assessment as JUnit XML: one test case a requirement, a self-check and a planned step. A requirement that is not met and a self-check that fails are failures;
 * what did not run to its end is an error, because it did not pass.
 */
export function assessmentToJunit(found: Assessment, time: number): string {
  interface Case {
    readonly group: string;
    readonly name: string;
    readonly verdict: 'pass' | 'fail' | 'error' | 'skip';
    readonly says: string;
  }
  const cases: Case[] = [
    ...found.requirements.map(({ text, verdict, says }): Case => ({
      group: 'requirements',
      name: text,
      verdict: verdict === 'met' ? 'pass' : verdict === 'not-met' ? 'fail' : 'error',
      says,
    })),
    ...found.selfChecks.map(({ id, verdict, says, advice }): Case => ({
      group: 'self-checks',
      name: id,
      verdict: verdict === 'pass' ? 'pass' : verdict === 'fail' ? 'fail' : 'skip',
      says: `${says} ${advice}`.trim(),
    })),
    ...found.steps.map(({ step, status, reason }): Case => ({
      group: 'steps',
      name: step.id,
      verdict: status === 'complete' ? 'pass' : 'error',
      says: reason,
    })),
    ...found.notRun.map(({ what, why, cut }): Case => ({
      group: 'steps',
      name: what,
      verdict: cut ? 'error' : 'skip',
      says: why,
    })),
  ];
  const count = (verdict: Case['verdict']): number => cases.filter((one) => one.verdict === verdict).length;
  const counts = `tests="${cases.length}" failures="${count('fail')}" errors="${count('error')}" skipped="${count('skip')}"`;
  const body = cases.map(({ group, name, verdict, says }) => {
    const head = `  <testcase classname="parapet assess.${group}" name="${escapeMarkup(name)}"`;
    if (verdict === 'pass') return `${head}/>`;
    const tag = { fail: 'failure', error: 'error', skip: 'skipped' }[verdict];
    return `${head}>\n    <${tag} message="${escapeMarkup(says)}"/>\n  </testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `<testsuite name="${escapeMarkup(`parapet assess ${found.model.name}`)}" ${counts} timestamp="${new Date(time).toISOString().slice(0, 19)}">`,
    ...body,
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}
