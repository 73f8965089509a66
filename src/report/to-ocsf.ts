import type { Severity } from '../core/severity.ts';
import type { Report } from './reported.ts';

const SEVERITY_ID: Readonly<Record<Severity, number>> = { info: 1, low: 2, medium: 3, high: 4, critical: 5 };
const SEVERITY_NAME: Readonly<Record<Severity, string>> = {
  info: 'Informational',
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  critical: 'Critical',
};

/** A report as OCSF 1.5 detection findings (class 2004, activity Create), one JSON object a line, as event collectors read them. */
export function toOcsf(report: Report): string {
  const rules = new Map(report.rules.map((rule) => [rule.id, rule]));
  return report.findings
    .map((finding) => {
      const rule = rules.get(finding.rule);
      return `${JSON.stringify({
        activity_id: 1,
        activity_name: 'Create',
        category_uid: 2,
        category_name: 'Findings',
        class_uid: 2004,
        class_name: 'Detection Finding',
        type_uid: 200401,
        time: report.time,
        severity_id: SEVERITY_ID[finding.severity],
        severity: SEVERITY_NAME[finding.severity],
        status_id: 1,
        status: 'New',
        message: finding.message,
        metadata: { version: '1.5.0', product: { name: 'Parapet', vendor_name: 'Parapet', version: report.version } },
        finding_info: {
          uid: finding.fingerprint,
          title: rule?.title ?? finding.rule,
          desc: rule?.meaning ?? finding.message,
          types: [finding.rule],
          analytic: { type_id: 1, type: 'Rule', name: finding.rule, uid: finding.rule },
          created_time: report.time,
        },
        remediation: { desc: rule?.fix ?? '', references: rule?.references ?? [] },
        resources: [
          {
            name: finding.file,
            type: 'File',
            data: { member: finding.member, offset: finding.offset, line: finding.line ?? null },
          },
        ],
      })}\n`;
    })
    .join('');
}
