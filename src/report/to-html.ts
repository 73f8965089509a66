import { SEVERITIES } from '../core/severity.ts';
import { escapeMarkup } from './escape-markup.ts';
import { page } from './page.ts';
import type { Report, ReportedFinding } from './reported.ts';

/** Files beyond which the page would be too long to open. */
const MOST_LISTED = 2000;

/** On a narrow screen a finding is a block of lines in place of four columns that nobody can read. */
const STYLE = `
a { color: var(--low); }
@media (max-width: 40rem) {
  table.findings thead { display: none; } table.findings tr { display: block; border-bottom: 1px solid var(--line); padding: .4rem 0; }
  table.findings td { display: block; border: 0; padding: .1rem 0; } table.findings td:empty { display: none; }
  td { overflow-wrap: anywhere; }
}
`;

/** A report as one HTML page that needs nothing else: no script, no address, safe to open and to send on. */
export function toHtml(report: Report): string {
  const counts = new Map(
    SEVERITIES.map((severity) => [severity, report.findings.filter((one) => one.severity === severity).length]),
  );
  const byFile = Map.groupBy(report.findings, ({ file }) => file);
  const unread = report.gaps.filter(({ error }) => error === true);
  const used = new Set(report.findings.map((finding) => finding.rule));
  const parts = [
    `<h1>${escapeMarkup(report.command)}</h1><p class="quiet">${report.files.length} ${report.files.length === 1 ? 'file' : 'files'}, ${new Date(report.time).toISOString().slice(0, 16).replace('T', ' ')} UTC, Parapet ${escapeMarkup(report.version)}</p>`,
    '<ul class="counts">',
    ...[...SEVERITIES]
      .reverse()
      .map((severity) => `<li class="${severity}"><b>${counts.get(severity)}</b>${severity}</li>`),
    `<li><b>${report.gaps.length - unread.length}</b>not looked at</li>`,
    ...(unread.length === 0 ? [] : [`<li class="critical"><b>${unread.length}</b>errors</li>`]),
    '</ul>',
  ];
  if (report.files.length === 0) parts.push('<p>There was no file to look at.</p>');
  else if (byFile.size === 0)
    parts.push(
      report.gaps.length === 0
        ? '<p class="good">Nothing was found.</p>'
        : '<p>Nothing was found in what could be looked at.</p>',
    );
  for (const [file, findings] of byFile) {
    parts.push(
      `<h2><code>${escapeMarkup(file)}</code></h2><table class="findings"><thead><tr><th>Severity</th><th>Finding</th><th>Where</th><th>Rule</th></tr></thead><tbody>`,
    );
    for (const one of findings) {
      parts.push(
        `<tr><td class="severity ${one.severity}">${one.severity}</td><td>${escapeMarkup(one.message)}</td><td>${placed(one)}</td><td><a href="#${one.rule}"><code>${one.rule}</code></a></td></tr>`,
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
  parts.push(...listOf(report));
  if (used.size > 0) parts.push('<h2>What the rules mean</h2>');
  for (const rule of report.rules) {
    if (!used.has(rule.id)) continue;
    const references = rule.references.map((one) => `<li><code>${escapeMarkup(one)}</code></li>`).join('');
    parts.push(
      `<details id="${rule.id}" open><summary>${escapeMarkup(rule.title)}</summary><p>${escapeMarkup(rule.meaning)}</p><p><b>What to do:</b> ${escapeMarkup(rule.fix)}</p><ul class="quiet">${references}</ul></details>`,
    );
  }
  return page(report.command, parts, STYLE);
}

/** Every file with its verdict: what was looked at is as much of the report as what was found. */
function listOf({ files }: Report): readonly string[] {
  if (files.length === 0) return [];
  const rows = files.slice(0, MOST_LISTED).map(({ file, verdict, formats, size }) => {
    const words = verdict === 'clean' ? '<td class="good">clean</td>' : `<td>${escapeMarkup(verdict)}</td>`;
    return `<tr><td><code>${escapeMarkup(file)}</code></td>${words}<td>${escapeMarkup(formats.join(', '))}</td><td>${size}</td></tr>`;
  });
  const more =
    files.length > MOST_LISTED ? `<p class="quiet">${files.length - MOST_LISTED} more are in the JSON report.</p>` : '';
  return [
    `<h2>What was looked at</h2><details${files.length <= 20 ? ' open' : ''}><summary>${files.length === 1 ? 'One file' : `${files.length} files`}</summary><table><thead><tr><th>File</th><th>Verdict</th><th>Formats</th><th>Bytes</th></tr></thead><tbody>`,
    ...rows,
    `</tbody></table>${more}</details>`,
  ];
}

function placed(finding: ReportedFinding): string {
  const where = place(finding);
  return where === '' ? '' : `<code>${escapeMarkup(where)}</code>`;
}

function place(finding: ReportedFinding): string {
  const parts = finding.member === null ? [] : [finding.member];
  if (finding.line !== undefined) parts.push(`line ${finding.line}`);
  else if (finding.offset !== null && finding.offset > 0) parts.push(`byte ${finding.offset}`);
  return parts.join(', ');
}
