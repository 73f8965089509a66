import type { FileResult, ScanFinding } from '../file-result.ts';
import type { Drift } from './agent-lock.ts';

/**
 * What only shows between the files of one skill: one reads where credentials lie, another reaches the network. Each by itself is mild; a skill whose
 * parts do both can send them away.
 */
export function joinSkillFiles(results: readonly FileResult[]): readonly Drift[] {
  const folders = results
    .filter(({ file }) => /(?:^|[/\\])skill\.md$/i.test(file))
    .map(({ file }) => file.slice(0, -'skill.md'.length))
    .toSorted((a, b) => b.length - a.length);
  if (folders.length === 0) return [];
  const readers = new Map<string, { readonly file: string; readonly finding: ScanFinding }[]>();
  const reaching = new Map<string, Set<string>>();
  for (const { file, findings } of results) {
    const reads = findings.find(
      ({ rule, severity, message }) =>
        rule === 'skill-credential-theft' &&
        severity === 'low' &&
        /^The script (?:reads where|looks through)/.test(message),
    );
    const reaches = findings.some(
      ({ rule, message }) =>
        rule === 'skill-collecting-address' || (rule === 'program-source' && message.includes('reaches the network')),
    );
    if (reads === undefined && !reaches) continue;
    const folder = folders.find((one) => file.startsWith(one));
    if (folder === undefined) continue;
    if (reads !== undefined) readers.set(folder, [...(readers.get(folder) ?? []), { file, finding: reads }]);
    if (reaches) reaching.set(folder, (reaching.get(folder) ?? new Set()).add(file));
  }
  const drifts: Drift[] = [];
  for (const [folder, found] of readers)
    for (const { file, finding } of found) {
      const others = [...(reaching.get(folder) ?? [])].filter((one) => one !== file);
      if (others.length === 0) continue;
      const message = `${finding.message.replace(/\.$/, '')}, and ${others[0]!.slice(folder.length)} of the same skill reaches the network.`;
      drifts.push({ file, finding: { ...finding, severity: 'medium', message } });
    }
  return drifts;
}
