import { SEVERITIES } from '../core/severity.ts';
import { escapeMarkup } from './escape-markup.ts';
import type { Report, ReportedFinding } from './reported.ts';

const STYLE = `
:root { color-scheme: light dark; --line: #d5d9e0; --soft: #f4f6f9; --text: #1b2230; --quiet: #57606f; --critical: #a3123a; --high: #b4400a; --medium: #8a6100; --low: #2b5f8f; --info: #57606f; --good: #1f6b3a; }
@media (prefers-color-scheme: dark) { :root { --line: #333b48; --soft: #1b212b; --text: #e6eaf1; --quiet: #a3adbb; --critical: #ff8fab; --high: #ffab7a; --medium: #f0c35e; --low: #8fc1f0; --info: #a3adbb; --good: #7fd39a; } body { background: #12161d; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.quiet { color: var(--quiet); } code { font-size: .9em; overflow-wrap: anywhere; }
.counts { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0; padding: 0; list-style: none; }
.counts li { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .9rem; min-width: 5rem; } .counts b { display: block; font-size: 1.4rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .45rem .6rem; border-bottom: 1px solid var(--line); } th { font-weight: 600; background: var(--soft); }
.critical { color: var(--critical); } .high { color: var(--high); } .medium { color: var(--medium); } .low { color: var(--low); } .info { color: var(--info); } .good { color: var(--good); }
.severity { font-weight: 600; white-space: nowrap; } details { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .9rem; margin: .5rem 0; } summary { cursor: pointer; font-weight: 600; }
`;

/** A report as one HTML page that needs nothing else: no script, no address, safe to open and to send on. */
export function toHtml(report: Report): string {
  const counts = new Map(
    SEVERITIES.map((severity) => [severity, report.findings.filter((one) => one.severity === severity).length]),
  );
  const byFile = new Map<string, ReportedFinding[]>();
  for (const finding of report.findings) byFile.set(finding.file, [...(byFile.get(finding.file) ?? []), finding]);
  const used = new Set(report.findings.map((finding) => finding.rule));
  const parts = [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escapeMarkup(report.command)}</title><style>${STYLE}</style></head><body>`,
    `<h1>${escapeMarkup(report.command)}</h1><p class="quiet">${report.files.length} files, ${new Date(report.time).toISOString().slice(0, 16).replace('T', ' ')} UTC, Parapet ${escapeMarkup(report.version)}</p>`,
    '<ul class="counts">',
    ...[...SEVERITIES]
      .reverse()
      .map((severity) => `<li class="${severity}"><b>${counts.get(severity)}</b>${severity}</li>`),
    `<li><b>${report.gaps.length}</b>not looked at</li></ul>`,
  ];
  if (byFile.size === 0)
    parts.push(
      `<p class="good">${report.gaps.length === 0 ? 'Nothing was found.' : 'Nothing was found in what could be looked at.'}</p>`,
    );
  for (const [file, findings] of byFile) {
    parts.push(
      `<h2><code>${escapeMarkup(file)}</code></h2><table><thead><tr><th>Severity</th><th>Finding</th><th>Where</th><th>Rule</th></tr></thead><tbody>`,
    );
    for (const one of findings) {
      parts.push(
        `<tr><td class="severity ${one.severity}">${one.severity}</td><td>${escapeMarkup(one.message)}</td><td><code>${escapeMarkup(place(one))}</code></td><td><a href="#${one.rule}"><code>${one.rule}</code></a></td></tr>`,
      );
    }
    parts.push('</tbody></table>');
  }
  if (report.gaps.length > 0) {
    parts.push(
      '<h2>Not looked at</h2><p class="quiet">What nobody looked at is not clean.</p><table><thead><tr><th>File</th><th>Why</th></tr></thead><tbody>',
    );
    for (const gap of report.gaps) {
      parts.push(
        `<tr><td><code>${escapeMarkup(gap.member === null ? gap.file : `${gap.file} > ${gap.member}`)}</code></td><td>${escapeMarkup(gap.reason)}</td></tr>`,
      );
    }
    parts.push('</tbody></table>');
  }
  if (used.size > 0) parts.push('<h2>What the rules mean</h2>');
  for (const rule of report.rules) {
    if (!used.has(rule.id)) continue;
    const references = rule.references.map((one) => `<li><code>${escapeMarkup(one)}</code></li>`).join('');
    parts.push(
      `<details id="${rule.id}" open><summary>${escapeMarkup(rule.title)}</summary><p>${escapeMarkup(rule.meaning)}</p><p><b>What to do:</b> ${escapeMarkup(rule.fix)}</p><ul class="quiet">${references}</ul></details>`,
    );
  }
  parts.push('</body></html>');
  return parts.join('\n');
}

function place(finding: ReportedFinding): string {
  const parts = finding.member === null ? [] : [finding.member];
  if (finding.line !== undefined) parts.push(`line ${finding.line}`);
  else if (finding.offset !== null && finding.offset > 0) parts.push(`byte ${finding.offset}`);
  return parts.join(', ');
}
