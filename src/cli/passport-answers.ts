import { resolve } from 'node:path';
import { Fault } from '../core/fault.ts';
import type { PassportEntry } from '../passport/passport.ts';
import type { PredicateName } from '../passport/predicates.ts';
import type { Io } from './command.ts';
import { manifestIn } from './passport-file.ts';
import { printable } from './printable.ts';

/** The statement that says which model it is: the first that is trusted, otherwise the first. */
export function modelOf(
  entries: readonly PassportEntry[],
  where: string,
  isTrusted: (entry: PassportEntry) => boolean = () => false,
): PassportEntry {
  const all = entries.filter(({ predicate }) => predicate === 'model');
  const found = all.find(isTrusted) ?? all[0];
  if (found === undefined)
    throw new Fault('ERR_DATA', 'The passport does not say which model it is about.', {
      where,
      hint: 'Begin it with "parapet passport create".',
    });
  return found;
}

export async function otherModel(entry: PassportEntry, model: string, passport: string, io: Io): Promise<string[]> {
  const { differences, manifestOf } = await import('../passport/model-manifest.ts');
  const actual = await manifestOf(resolve(io.cwd, model), resolve(io.cwd, passport));
  const found = differences(manifestIn(entry, passport).manifest, actual);
  if (found.length === 0) return [];
  const more = found.length > 20 ? [`${model} differs in ${found.length - 20} files more`] : [];
  return [
    `${model} is another model than that of the passport, sha256:${entry.subject.sha256}`,
    ...found.slice(0, 20).map((what) => `${model}: ${what}`),
    ...more,
  ];
}

/** Statements that the ledger knows, and the passport does not have. */
export async function dropped(
  state: string | undefined,
  content: string,
  { subject }: PassportEntry,
  io: Io,
): Promise<readonly string[]> {
  if (state === undefined) return [];
  const { digestOfText, recordedStatements } = await import('./passport-ledger.ts');
  const lines = new Set(content.split('\n').map((line) => digestOfText(`${line}\n`)));
  const recorded = await recordedStatements(resolve(io.cwd, state, 'ledger'), subject.sha256);
  return recorded
    .filter(({ digest }) => !lines.has(digest))
    .map(
      ({ statement, time }) =>
        `a statement of type ${statement} that the ledger recorded at ${time} is not in the passport`,
    );
}

export function named({ predicate, predicateType }: PassportEntry): string {
  return predicate ?? printable(predicateType);
}

export function unknownTypes(entries: readonly PassportEntry[]): readonly string[] {
  return entries
    .filter(({ predicate }) => predicate === null)
    .map((entry) => `line ${entry.line} is of a type that this version does not know (${named(entry)})`);
}

/** What policies saw, for people who have to find out why they did not permit it. */
export function toldOf(context: Readonly<Record<string, unknown>>): readonly string[] {
  const seen = Object.entries(context).filter(([name]) => name !== 'signers');
  if (seen.length === 0) return ['The policies saw no statement that a trusted key signed.'];
  return ['The policies saw:', ...seen.map(([name, value]) => `  ${name} ${JSON.stringify(value)}`)];
}

export function summary(predicate: PredicateName | null, value: object): string {
  const one = value as Readonly<Record<string, unknown>>;
  switch (predicate) {
    case 'model':
      return `${String(one['files'])} files, ${String(one['bytes'])} bytes`;
    case 'scan': {
      const findings = one['findings'] as Readonly<Record<string, number>>;
      return `${findings['critical']} critical, ${findings['high']} high, ${findings['medium']} medium; ${String(one['incomplete'])} files not wholly looked at`;
    }
    case 'robustness':
      return (one['claims'] as readonly { norm: string; eps: string; robustAccuracy: number; attack: string }[])
        .map((claim) => `${(claim.robustAccuracy * 100).toFixed(1)} % at ${claim.norm}:${claim.eps} (${claim.attack})`)
        .join(', ');
    default:
      return JSON.stringify(value).slice(0, 100);
  }
}
