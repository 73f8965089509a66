import { z } from 'zod';
import { Fault } from '../core/fault.ts';
import { SEVERITIES, type Severity } from '../core/severity.ts';
import type { ModelManifest } from './model-manifest.ts';

/** A row of `parapet scan --format json`, as far as it is read. */
const ROW = z.object({
  file: z.string(),
  verdict: z.enum(['clean', 'findings', 'incomplete', 'error']),
  findings: z.array(z.object({ severity: z.enum(SEVERITIES) })),
  gaps: z.array(z.unknown()).default([]),
  accepted: z.array(z.unknown()).default([]),
  sha256: z.string().optional(),
});
type Row = z.infer<typeof ROW>;

/**
 * What `parapet scan --format json` printed, as a statement about a model. Every file of the model must be among what was looked at: by its digest where the scan
 * tells digests, otherwise by its name. A file is incomplete if anything in it was not looked at, even where something was found.
 * @param options `scanned`: when the report was written; the statement is as old as that. `name`: of the model, as its passport has it
 * @throws Fault `ERR_DATA` for another file, and for a scan that was not of this model
 */
export function scanStatement(
  rows: unknown,
  model: ModelManifest,
  options: { readonly version: string; readonly where: string; readonly scanned: Date; readonly name: string },
): object {
  const parsed = z.array(ROW).safeParse(rows);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new Fault('ERR_DATA', 'This is not what "parapet scan --format json" prints.', {
      where: `${options.where}: ${issue.path.join('.') || 'the whole'}`,
    });
  }
  const matched = match(parsed.data, model, options);
  const findings: Record<Severity, number> = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
  for (const row of parsed.data) for (const { severity } of row.findings) findings[severity]++;
  const accepted = parsed.data.reduce((sum, row) => sum + row.accepted.length, 0);
  return {
    tool: { name: 'parapet', version: options.version },
    files: parsed.data.length,
    findings,
    incomplete: parsed.data.filter(isIncomplete).length,
    ...(accepted === 0 ? {} : { accepted }),
    matched,
    scannedAt: options.scanned.toISOString(),
  };
}

function isIncomplete({ verdict, gaps }: Row): boolean {
  return verdict === 'incomplete' || verdict === 'error' || gaps.length > 0;
}

function match(
  rows: readonly Row[],
  model: ModelManifest,
  { where, name: own }: { readonly where: string; readonly name: string },
): 'digests' | 'names' {
  const { files, resources } = model.value;
  const other = (what: string): Fault =>
    new Fault('ERR_DATA', `The scan is not one of this model: ${what}.`, {
      where,
      hint: 'Scan the folder or file that the passport was made for ("parapet scan MODEL --all --digests --format json").',
    });
  if (rows.length === 0 && files > 0) throw other('it looked at no file');
  if (resources === undefined) {
    if (rows.length < files) throw other(`it looked at ${rows.length} files, and the model has ${files}`);
    return 'names';
  }
  const digests = new Set(rows.flatMap(({ sha256 }) => sha256 ?? []));
  if (digests.size > 0) {
    const missing = resources.find(({ sha256 }) => !digests.has(sha256));
    if (missing !== undefined) throw other(`it did not look at ${nameOf(missing.name)} as it is in the passport`);
    return 'digests';
  }
  const seen = new Set(rows.flatMap(({ file }) => endings(file)));
  // A model that is one file has no name in the list: it is that of the passport.
  const missing = resources.find(({ name }) => !seen.has(name === '.' ? own : name));
  if (missing !== undefined) throw other(`it did not look at ${nameOf(missing.name === '.' ? own : missing.name)}`);
  return 'names';
}

function nameOf(name: string): string {
  return name === '.' ? 'the file' : JSON.stringify(name);
}

/** `a/b/c`, `b/c` and `c`: where the model's folder is in a path is not known. A link is told as `link → target`. */
function endings(file: string): readonly string[] {
  const parts = file.split(' → ')[0]!.split('/');
  return parts.slice(-64).map((_, index, last) => last.slice(index).join('/'));
}
