import { SEVERITIES } from '../core/severity.ts';
import { escapeMarkup } from './escape-markup.ts';
import { page } from './page.ts';
import type { Report, ReportedFinding } from './reported.ts';

/** A report as one HTML page that needs nothing else: no script, no address, safe to open and to send on. */
export function toHtml(report: Report): string {
  const counts = new Map(
    SEVERITIES.map((severity) => [severity, report.findings.filter((one) => one.severity === severity).length]),
  );
  const byFile = new Map<string, ReportedFinding[]>();
  for (const finding of report.findings) byFile.set(finding.file, [...(byFile.get(finding.file) ?? []), finding]);
  const used = new Set(report.findings.map((finding) => finding.rule));
  const parts = [
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
  return page(report.command, parts);
}

function place(finding: ReportedFinding): string {
  const parts = finding.member === null ? [] : [finding.member];
  if (finding.line !== undefined) parts.push(`line ${finding.line}`);
  else if (finding.offset !== null && finding.offset > 0) parts.push(`byte ${finding.offset}`);
  return parts.join(', ');
}
