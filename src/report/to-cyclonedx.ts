import { randomUUID } from 'node:crypto';
import type { Severity } from '../core/severity.ts';
import type { Report } from './reported.ts';

const RATING: Readonly<Record<Severity, string>> = {
  info: 'info',
  low: 'low',
  medium: 'medium',
  high: 'high',
  critical: 'critical',
};
const MODELS: ReadonlySet<string> = new Set([
  'onnx',
  'gguf',
  'safetensors',
  'tensorflow',
  'tflite',
  'hdf5',
  'keras',
  'torchscript',
  'coreml',
  'catboost',
  'msgpack',
  'trees',
  'mlmodel',
]);

/** A report as a CycloneDX 1.6 bill of materials: files with their digests, findings as vulnerabilities that affect them. */
export function toCyclonedx(report: Report): string {
  const rules = new Map(report.rules.map((rule) => [rule.id, rule]));
  const reference = (file: string): string => `file:${encodeURI(file)}`;
  const unseen = Map.groupBy(report.gaps, ({ file }) => file);
  const grouped = new Map<
    string,
    { readonly severity: Severity; readonly rule: string; readonly message: string; readonly files: Set<string> }
  >();
  for (const finding of report.findings) {
    const key = `${finding.rule}\n${finding.severity}\n${finding.message}`;
    const known = grouped.get(key) ?? {
      severity: finding.severity,
      rule: finding.rule,
      message: finding.message,
      files: new Set(),
    };
    known.files.add(finding.file);
    grouped.set(key, known);
  }
  return `${JSON.stringify(
    {
      $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      serialNumber: `urn:uuid:${randomUUID()}`,
      version: 1,
      metadata: {
        timestamp: new Date(report.time).toISOString(),
        tools: { components: [{ type: 'application', name: 'Parapet', version: report.version }] },
      },
      components: report.files.map((file) => ({
        type: file.formats.some((format) => MODELS.has(format)) ? 'machine-learning-model' : 'file',
        'bom-ref': reference(file.file),
        name: file.file,
        ...(file.sha256 === undefined ? {} : { hashes: [{ alg: 'SHA-256', content: file.sha256 }] }),
        properties: [
          { name: 'parapet:verdict', value: file.verdict },
          ...(unseen.get(file.file) ?? []).map(({ reason, member, error }) => ({
            name: error === true ? 'parapet:error' : 'parapet:not-looked-at',
            value: member === null ? reason : `${member}: ${reason}`,
          })),
          ...(file.formats.length === 0 ? [] : [{ name: 'parapet:formats', value: file.formats.join(',') }]),
        ],
      })),
      vulnerabilities: [...grouped.values()].map(({ severity, rule, message, files }, index) => ({
        'bom-ref': `finding-${index + 1}`,
        id: rule,
        source: { name: 'Parapet' },
        ratings: [{ severity: RATING[severity], method: 'other' }],
        cwes: (rules.get(rule)?.taxonomy ?? [])
          .filter((one) => one.startsWith('CWE-'))
          .map((one) => Number(one.slice(4))),
        description: message,
        detail: rules.get(rule)?.meaning ?? '',
        recommendation: rules.get(rule)?.fix ?? '',
        affects: [...files].map((file) => ({ ref: reference(file) })),
      })),
    },
    null,
    2,
  )}\n`;
}
