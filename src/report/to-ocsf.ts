import { createHash } from 'node:crypto';
import type { Severity } from '../core/severity.ts';
import type { Report, ReportedFinding, ReportedGap } from './reported.ts';

const SEVERITY_ID: Readonly<Record<Severity, number>> = { info: 1, low: 2, medium: 3, high: 4, critical: 5 };
const SEVERITY_NAME: Readonly<Record<Severity, string>> = {
  info: 'Informational',
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  critical: 'Critical',
};

/**
 * A report as OCSF 1.5 events, one JSON object a line, as event collectors read them: a detection finding (class 2004, activity Create) for each finding, and
 * for each thing that could not be looked at, with unknown severity and the type `not-looked-at`; last, a scan activity (class 6007) that
 * counts, without which nobody could tell a clean scan from none.
 */
export function toOcsf(report: Report): string {
  const events = [
    ...report.findings.map((finding) => findingEvent(report, finding)),
    ...report.gaps.map((gap) => gapEvent(report, gap)),
    scanEvent(report),
  ];
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

function findingEvent(report: Report, finding: ReportedFinding): object {
  const rule = report.rules.find(({ id }) => id === finding.rule);
  return {
    ...detection(report),
    severity_id: SEVERITY_ID[finding.severity],
    severity: SEVERITY_NAME[finding.severity],
    message: finding.message,
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
  };
}

function gapEvent(report: Report, { file, member, reason, error }: ReportedGap): object {
  const message = error === true ? `The file could not be read: ${reason}.` : `Not looked at: ${reason}.`;
  return {
    ...detection(report),
    severity_id: 0,
    severity: 'Unknown',
    message,
    finding_info: {
      uid: createHash('sha256')
        .update([file, member ?? '', reason].join('\0'))
        .digest('hex')
        .slice(0, 32),
      title: 'Something that could not be looked at',
      desc: message,
      types: ['not-looked-at'],
      created_time: report.time,
    },
    remediation: { desc: 'What nobody looked at is not clean: do not use it, or look at it by other means.' },
    resources: [{ name: file, type: 'File', data: { member, offset: null, line: null } }],
  };
}

function detection(report: Report): object {
  return {
    ...event(report, { category: [2, 'Findings'], type: [2004, 'Detection Finding'], activity: [1, 'Create'] }),
    status_id: 1,
    status: 'New',
  };
}

function scanEvent(report: Report): object {
  const skipped = new Set(report.gaps.map(({ file }) => file)).size;
  const failed = skipped > 0;
  return {
    ...event(report, {
      category: [6, 'Application Activity'],
      type: [6007, 'Scan Activity'],
      activity: [2, 'Completed'],
    }),
    severity_id: 1,
    severity: 'Informational',
    status_id: failed ? 2 : 1,
    status: failed ? 'Failure' : 'Success',
    ...(failed ? { status_detail: `${skipped} of ${report.files.length} files were not wholly looked at` } : {}),
    scan: { name: report.command, type_id: 1, type: 'Manual' },
    num_files: report.files.length,
    num_detections: report.findings.length,
    num_skipped_items: skipped,
    total: report.files.length,
  };
}

interface EventClass {
  readonly category: readonly [number, string];
  readonly type: readonly [number, string];
  readonly activity: readonly [number, string];
}

function event({ time, version }: Report, { category, type, activity }: EventClass): object {
  return {
    activity_id: activity[0],
    activity_name: activity[1],
    category_uid: category[0],
    category_name: category[1],
    class_uid: type[0],
    class_name: type[1],
    type_uid: type[0] * 100 + activity[0],
    time,
    metadata: { version: '1.5.0', product: { name: 'Parapet', vendor_name: 'Parapet', version } },
  };
}
