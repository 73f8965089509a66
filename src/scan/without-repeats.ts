import type { ScanFinding } from './file-result.ts';

/** How findings about a container begin: with what it is, and its name. */
const OF_A_CONTAINER = /^The (?:service|container|value|image on) "[^"]*"/;

/**
 * Findings without those that say the same of the same place about another container: a line that several share (an anchor of YAML, a setting of a pod) is told
 * once, with the name of the first.
 */
export function withoutRepeats(findings: readonly ScanFinding[]): readonly ScanFinding[] {
  const said = new Set<string>();
  return findings.filter(({ rule, severity, message, where }) => {
    if (where.line === undefined || !OF_A_CONTAINER.test(message)) return true;
    const about = message.replace(OF_A_CONTAINER, '');
    const key = JSON.stringify([rule, severity, where.member, where.line, where.offset, about]);
    if (said.has(key)) return false;
    said.add(key);
    return true;
  });
}
