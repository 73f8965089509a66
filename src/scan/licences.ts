import { type FileResult, type ScanFinding, verdictOf } from './file-result.ts';

/** What a licence means for whoever wants to use the model in a product. */
export type LicenceClass = 'permissive' | 'copyleft' | 'restricted-use' | 'non-commercial' | 'no-use' | 'unknown';

const PERMISSIVE =
  /^(?:apache-2\.0|mit(?:-0)?|bsd(?:-[234]-clause(?:-\w+)?)?|isc|zlib|unlicense|wtfpl|cc0-1\.0|cc-by-[1-4]\.0|cc-by-[1-4]\.0-\w{2}|odc-by|pddl|python-2\.0|psf-2\.0|postgresql|artistic-2\.0|bsl-1\.0|afl-3\.0|ecl-2\.0|ms-pl|ncsa|ofl-1\.1|0bsd|blueoak-1\.0\.0|cdla-permissive-[12]\.0|mulanpsl-2\.0|upl-1\.0|etalab-2\.0)$/;
const COPYLEFT = /^(?:a?gpl|lgpl|gfdl|mpl|epl|eupl|cc-by-sa|osl|cecill|ms-rl|odbl|cdla-sharing|c-uda|lppl)(?:-|$)/;
const NON_COMMERCIAL = /(?:^|-)nc(?:-|$)|non-?commercial|research-only|^cc-by-nc|^fair-noncommercial|academic/;
const RESTRICTED =
  /rail|^llama[\d.]*|^gemma|^deepfloyd|^apple-(?:ascl|amlr)|^intel-research|^nvidia|^qwen|^mistral-(?:ai-)?(?:research|non)|^falcon|^tii|^open-mdw|^hippocratic|^bigscience|^bigcode|^creativeml|^stabilityai|^seallm|^health-ai|^yi-/;

/** @param id of SPDX or of a model hub, lower case */
export function licenceClass(id: string): LicenceClass {
  if (NON_COMMERCIAL.test(id)) return 'non-commercial';
  if (/(?:^|-)nd(?:-|$)/.test(id)) return 'restricted-use';
  if (PERMISSIVE.test(id)) return 'permissive';
  if (COPYLEFT.test(id)) return 'copyleft';
  if (RESTRICTED.test(id)) return 'restricted-use';
  if (/^(?:all-rights-reserved|proprietary|unlicensed|none)$/.test(id)) return 'no-use';
  return 'unknown';
}

/** Sentences by which licence texts are known, the more special first. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/Attribution-NonCommercial-NoDerivatives 4\.0/i, 'cc-by-nc-nd-4.0'],
  [/Attribution-NonCommercial-ShareAlike 4\.0/i, 'cc-by-nc-sa-4.0'],
  [/Attribution-NonCommercial 4\.0/i, 'cc-by-nc-4.0'],
  [/Attribution-ShareAlike 4\.0/i, 'cc-by-sa-4.0'],
  [/Attribution-NoDerivatives 4\.0/i, 'cc-by-nd-4.0'],
  [/Creative Commons Attribution 4\.0|Attribution 4\.0 International/i, 'cc-by-4.0'],
  [/CC0 1\.0 Universal/i, 'cc0-1.0'],
  [/CreativeML Open RAIL/i, 'creativeml-openrail-m'],
  [/BigScience (?:Open )?RAIL|BigCode Open RAIL|Open ?RAIL(?:\+\+)?-?M/i, 'openrail'],
  [/LLAMA (?:[\d.]{1,4} )?COMMUNITY LICENSE/i, 'llama'],
  [/Gemma Terms of Use/i, 'gemma'],
  [/GNU AFFERO GENERAL PUBLIC LICENSE/i, 'agpl-3.0'],
  [/GNU LESSER GENERAL PUBLIC LICENSE/i, 'lgpl-3.0'],
  [/GNU GENERAL PUBLIC LICENSE\s{1,80}Version 2/i, 'gpl-2.0'],
  [/GNU GENERAL PUBLIC LICENSE/i, 'gpl-3.0'],
  [/Mozilla Public License,? (?:Version )?2\.0/i, 'mpl-2.0'],
  [/Apache License\s{1,80}Version 2\.0/i, 'apache-2.0'],
  [/Permission is hereby granted, free of charge, to any person obtaining a copy/i, 'mit'],
  [/Redistribution and use in source and binary forms/i, 'bsd-3-clause'],
  [/for (?:non-?commercial|research) (?:research )?(?:purposes|use) only/i, 'research-only'],
  [/all rights reserved/i, 'all-rights-reserved'],
];

/** The licence that a text is, or null. */
export function licenceOfText(text: string): string | null {
  const part = text.slice(0, 20_000);
  return TEXTS.find(([pattern]) => pattern.test(part))?.[1] ?? null;
}

export const LICENCE_POLICIES = ['off', 'low', 'medium'] as const;
export type LicencePolicy = (typeof LICENCE_POLICIES)[number];

/**
 * Applies the policy about licences to what was found in all files, and adds what only several files together show: two licences for one folder.
 * @param policy `off`: nothing is said about licences. Otherwise how severe it is.
 */
export function applyLicencePolicy(results: readonly FileResult[], policy: LicencePolicy): readonly FileResult[] {
  const stated = new Map<string, { readonly id: string; readonly file: string }>();
  return results.map((result) => {
    const folder = result.file.slice(0, Math.max(0, result.file.lastIndexOf('/')));
    const added: ScanFinding[] = [];
    for (const { id, line } of result.licences ?? []) {
      if (id === null || policy === 'off') continue;
      const first = stated.get(folder);
      if (first === undefined) stated.set(folder, { id, file: result.file });
      else if (family(first.id) !== family(id)) {
        const where = { member: null, offset: null, line };
        const name = first.file.slice(first.file.lastIndexOf('/') + 1);
        added.push({
          rule: 'licence',
          severity: policy,
          message: `It states ${id}, and ${name} beside it ${first.id}.`,
          where,
        });
      }
    }
    const own = result.findings.some(({ rule, severity }) => rule === 'licence' && severity !== 'info');
    if (added.length === 0 && !own) return result;
    const findings = result.findings
      .filter((one) => one.rule !== 'licence' || one.severity === 'info' || policy !== 'off')
      .map((one) =>
        one.rule === 'licence' && one.severity === 'low' && policy === 'medium' ? { ...one, severity: policy } : one,
      );
    const all = [...findings, ...added];
    return {
      ...result,
      findings: all,
      verdict: result.verdict === 'error' ? result.verdict : verdictOf(all, result.gaps),
    };
  });
}

/** Versions and spellings of one licence are no conflict. */
function family(id: string): string {
  return /^(?:cc-by(?:-(?:nc|nd|sa))*|[a-z]+)/.exec(id)?.[0] ?? id;
}
