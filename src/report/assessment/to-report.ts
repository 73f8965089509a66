import { createHash } from 'node:crypto';
import { epsText } from '../../lab/assess/eps-text.ts';
import type { Assessment } from '../../lab/assess/assessment.ts';
import type { Report, ReportedFinding, ReportedRule } from '../reported.ts';
import { percent } from './numbers.ts';

const RULES = {
  'assess-requirement': {
    title: 'A requirement of the assessment is not met',
    severity: 'high',
    meaning: 'The model was measured, and does not reach what was required of it.',
    fix: 'Harden the model (parapet harden), or require less and say why.',
  },
  'assess-self-check': {
    title: 'The robust accuracy must not be believed',
    severity: 'high',
    meaning:
      'A self-check shows that the attacks were hindered rather than held off: gradients are masked, random, or the attack has not converged.',
    fix: 'Do what the check advises and measure again.',
  },
  'assess-weak-to-perturbation': {
    title: 'Small changes of the input change the answer',
    severity: 'medium',
    meaning: 'Under the strongest attacks that ran, the model is right on far fewer samples than on clean ones.',
    fix: 'Train adversarially (parapet harden --method pgd-at), or do not rely on the model where inputs can be chosen by others.',
  },
  'assess-weak-to-sticker': {
    title: 'A sticker changes the answer',
    severity: 'medium',
    meaning: 'One printed pattern on a small part of the picture makes the model err at changing places and angles.',
    fix: 'Use a certified defence against patches (PatchCleanser), or let several models or cameras agree.',
  },
} as const satisfies Record<string, Omit<ReportedRule, 'id' | 'references' | 'taxonomy'>>;

const REFERENCES: Readonly<Record<keyof typeof RULES, readonly string[]>> = {
  'assess-requirement': ['docs/assessing.md'],
  'assess-self-check': ['Croce and Hein 2020, arXiv:2003.01690', 'Carlini et al. 2019, arXiv:1902.06705'],
  'assess-weak-to-perturbation': ['Croce and Hein 2020, arXiv:2003.01690', 'Madry et al. 2018, arXiv:1706.06083'],
  'assess-weak-to-sticker': ['Brown et al. 2017, arXiv:1712.09665', 'Xiang et al. 2022, arXiv:2108.09135'],
};

/** An assessment as findings about the model's file, for code scanning and test reports. What did not run is a gap, never a pass. */
export function assessmentToReport(
  found: Assessment,
  about: { readonly version: string; readonly time: number; readonly file: string },
): Report {
  const findings: ReportedFinding[] = [];
  const add = (rule: keyof typeof RULES, message: string, place: string): void => {
    findings.push({
      rule,
      severity: RULES[rule].severity,
      message,
      file: about.file,
      member: null,
      offset: null,
      fingerprint: createHash('sha256').update(`${rule}\n${about.file}\n${place}`).digest('hex').slice(0, 32),
    });
  };
  for (const { text, verdict, says } of found.requirements) {
    if (verdict !== 'met')
      add('assess-requirement', `${text}: ${verdict === 'unknown' ? 'not known. ' : ''}${says}`, text);
  }
  for (const { id, verdict, says, advice } of found.selfChecks) {
    if (verdict === 'fail') add('assess-self-check', `${id}: ${says} ${advice}`, id);
  }
  for (const { norm, eps, accuracy } of found.robust) {
    const clean = found.clean.accuracy.value;
    if (clean - accuracy.value < 0.1) continue;
    const rule = norm === 'patch' ? 'assess-weak-to-sticker' : 'assess-weak-to-perturbation';
    add(
      rule,
      `Right on ${percent(clean)} of clean samples, on ${percent(accuracy.value)} under attack (${norm} ${epsText(eps)}, ${accuracy.of} samples).`,
      `${norm}:${epsText(eps)}`,
    );
  }
  const gaps = [
    ...found.steps
      .filter(({ status }) => status !== 'complete')
      .map(({ step, reason }) => ({ file: about.file, member: step.id, reason })),
    ...found.notRun.filter(({ cut }) => cut).map(({ what, why }) => ({ file: about.file, member: what, reason: why })),
  ];
  return {
    version: about.version,
    command: 'parapet assess',
    time: about.time,
    rules: (Object.keys(RULES) as (keyof typeof RULES)[]).map((id) => ({
      id,
      ...RULES[id],
      references: REFERENCES[id],
      taxonomy: ['AML.T0043'],
    })),
    findings,
    gaps,
    files: [
      {
        file: about.file,
        verdict: gaps.length > 0 ? 'incomplete' : findings.length > 0 ? 'findings' : 'clean',
        formats: ['onnx'],
        size: 0,
        ...(found.model.sha256 === null ? {} : { sha256: found.model.sha256 }),
      },
    ],
  };
}
