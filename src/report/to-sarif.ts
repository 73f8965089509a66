import type { Severity } from '../core/severity.ts';
import type { Report, ReportedFinding } from './reported.ts';

const LEVEL: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};

/** GitHub sorts by this number (docs.github.com, "SARIF support for code scanning"): above 9 critical, 7 high, 4 medium. */
const SECURITY_SEVERITY: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  info: '0.0',
};

/** A report as SARIF 2.1.0 (OASIS), in the form that code scanning of GitHub, GitLab and Azure reads. Gaps are notifications of the run. */
export function toSarif(report: Report): string {
  const index = new Map(report.rules.map((rule, at) => [rule.id, at]));
  const used = report.rules;
  return `${JSON.stringify(
    {
      $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name: 'Parapet',
              version: report.version,
              semanticVersion: report.version,
              rules: used.map((rule) => ({
                id: rule.id,
                name: pascal(rule.id),
                shortDescription: { text: rule.title },
                fullDescription: { text: rule.meaning },
                help: { text: `${rule.fix}\n\n${rule.references.join('\n')}`.trim() },
                defaultConfiguration: { level: LEVEL[rule.severity] },
                properties: {
                  tags: ['security', ...rule.taxonomy],
                  'security-severity': SECURITY_SEVERITY[rule.severity],
                },
              })),
            },
          },
          columnKind: 'utf16CodeUnits',
          invocations: [
            {
              executionSuccessful: report.gaps.length === 0,
              toolExecutionNotifications: report.gaps.map((gap) => ({
                level: gap.error === true ? 'error' : 'warning',
                message: {
                  text: `${gap.error === true ? 'Error' : 'Not looked at'}: ${gap.reason}${gap.member === null ? '' : ` (${gap.member})`}.`,
                },
                locations: [{ physicalLocation: { artifactLocation: { uri: toUri(gap.file) } } }],
              })),
            },
          ],
          results: report.findings.map((finding) => ({
            ruleId: finding.rule,
            ruleIndex: index.get(finding.rule) ?? -1,
            level: LEVEL[finding.severity],
            message: { text: finding.member === null ? finding.message : `${finding.message} (in ${finding.member})` },
            locations: [{ physicalLocation: physical(finding), ...logical(finding) }],
            partialFingerprints: { 'parapet/v1': finding.fingerprint },
            properties: { severity: finding.severity },
          })),
        },
      ],
    },
    null,
    2,
  )}\n`;
}

function physical(finding: ReportedFinding): object {
  const artifactLocation = { uri: toUri(finding.file) };
  if (finding.line !== undefined && finding.member === null) {
    const { line, column } = finding;
    return { artifactLocation, region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) } };
  }
  // An offset inside a member is no offset of the file.
  if (finding.offset !== null && finding.member === null)
    return { artifactLocation, region: { byteOffset: finding.offset } };
  return { artifactLocation };
}

function logical(finding: ReportedFinding): object {
  return finding.member === null ? {} : { logicalLocations: [{ fullyQualifiedName: finding.member, kind: 'member' }] };
}

/** A relative path, a file address, or the address that something was fetched from, as a URI reference (RFC 3986). */
function toUri(path: string): string {
  const address = /^https?:\/\//.test(path) ? URL.parse(path) : null;
  if (address !== null) return address.href;
  const slashes = path.replaceAll('\\', '/');
  const encoded = slashes
    .split('/')
    .map((part) => encodeURIComponent(part))
    .join('/');
  return slashes.startsWith('/') ? `file://${encoded}` : encoded.replace(/^\.\//, '');
}

function pascal(id: string): string {
  return id
    .split('-')
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('');
}
