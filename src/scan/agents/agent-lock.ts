import { readFile } from 'node:fs/promises';
import { Fault } from '../../core/fault.ts';
import type { FileResult, ScanFinding } from '../file-result.ts';
import type { AgentDefinition } from './agent-fact.ts';
import { definitionDigest } from './definition-digest.ts';
import { show } from './show.ts';

/** One definition that was looked at and accepted. */
export interface LockedDefinition {
  readonly what: AgentDefinition['what'];
  readonly file: string;
  readonly name: string;
  /** SHA-256 (hex) of all of it. */
  readonly digest: string;
  /** Its members in short, so that a change can be told; of variables and headers the names alone. */
  readonly members: Readonly<Record<string, string>>;
  /** `2026-11-27`: the day on which it was first written here, and the day of its last change. */
  readonly firstSeen: string;
  readonly changed: string;
}

export interface AgentLock {
  readonly version: 1;
  readonly definitions: readonly LockedDefinition[];
}

/** A definition with the file that it stands in. */
export interface FoundDefinition {
  readonly file: string;
  readonly definition: AgentDefinition;
}

const KINDS: ReadonlySet<string> = new Set(['server', 'tool', 'prompt', 'resource', 'skill', 'instructions', 'hook']);

/**
 * All definitions of some results. Files of a skill are part of it: its digest is that of the list of their digests, so that a changed script
 * changes the skill.
 */
export function definitionsOf(results: readonly FileResult[]): readonly FoundDefinition[] {
  const files = new Map<string, [name: string, digest: string][]>();
  for (const { file, definitions = [] } of results) {
    for (const { what, skill, digest } of definitions) {
      if (what !== 'skill-file' || skill === null) continue;
      const known = files.get(skill) ?? [];
      known.push([file.startsWith(`${skill}/`) ? file.slice(skill.length + 1) : file, digest]);
      files.set(skill, known);
    }
  }
  return results.flatMap(({ file, definitions = [] }) =>
    definitions
      .filter(({ what }) => what !== 'skill-file')
      .map((definition) => {
        const parts = definition.skill === null ? undefined : files.get(definition.skill);
        if (definition.what !== 'skill' || parts === undefined) return { file, definition };
        const list = Object.fromEntries(parts.toSorted(([a], [b]) => (a < b ? -1 : 1)));
        const members = {
          ...definition.members,
          ...Object.fromEntries(Object.entries(list).map(([name, digest]) => [`file ${name}`, digest])),
        };
        return { file, definition: { ...definition, digest: definitionDigest(list), members } };
      }),
  );
}

/**
 * Reads a lock file.
 * @throws Fault `ERR_USAGE` that says which entry is wrong
 */
export async function readAgentLock(path: string, shown: string): Promise<AgentLock> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new Fault('ERR_USAGE', 'The lock cannot be read as JSON.', {
      where: shown,
      hint: 'Make one with --write-lock.',
      cause,
    });
  }
  const { version, definitions } = (parsed ?? {}) as { readonly version?: unknown; readonly definitions?: unknown };
  if (version !== 1 || !Array.isArray(definitions)) {
    throw new Fault('ERR_USAGE', 'This is no lock of agents.', { where: shown, hint: 'Make one with --write-lock.' });
  }
  for (const [index, one] of definitions.entries()) {
    const entry = one as Readonly<Record<string, unknown>> | null;
    const wrong = ['what', 'file', 'name', 'digest', 'firstSeen', 'changed'].find(
      (key) => typeof entry?.[key] !== 'string',
    );
    const members = entry?.['members'];
    const broken =
      wrong ??
      (typeof members !== 'object' ||
      members === null ||
      Object.values(members).some((value) => typeof value !== 'string')
        ? 'members'
        : undefined);
    if (
      broken !== undefined ||
      !KINDS.has(String(entry?.['what'])) ||
      !/^[0-9a-f]{64}$/.test(String(entry?.['digest']))
    ) {
      throw new Fault('ERR_USAGE', `A definition has no right "${broken ?? 'what" or "digest'}".`, {
        where: `${shown}: definitions[${index}]`,
      });
    }
  }
  return { version: 1, definitions: definitions as LockedDefinition[] };
}

/**
 * A lock of what is there now. What has not changed keeps its days.
 * @param today `2026-11-27`
 */
export function lockOf(found: readonly FoundDefinition[], before: AgentLock | null, today: string): AgentLock {
  const known = new Map(keyed((before?.definitions ?? []).map((one) => [keyOf(one.file, one.what, one.name), one])));
  const definitions = keyed(found.map((one) => [keyOf(one.file, one.definition.what, one.definition.name), one])).map(
    ([key, { file, definition }]): LockedDefinition => {
      const old = known.get(key);
      const { what, name, digest, members } = definition;
      return {
        what,
        file,
        name,
        digest,
        members,
        firstSeen: old?.firstSeen ?? today,
        changed: old?.digest === digest ? old.changed : today,
      };
    },
  );
  return { version: 1, definitions };
}

/** A definition that differs from the lock. */
export interface Drift {
  readonly file: string;
  readonly finding: ScanFinding;
}

/** What is new, has changed or is gone since the lock was written. */
export function compareWithLock(found: readonly FoundDefinition[], lock: AgentLock): readonly Drift[] {
  const known = new Map(keyed(lock.definitions.map((one) => [keyOf(one.file, one.what, one.name), one])));
  const drifts: Drift[] = [];
  for (const [key, { file, definition }] of keyed(
    found.map((one) => [keyOf(one.file, one.definition.what, one.definition.name), one]),
  )) {
    const old = known.get(key);
    known.delete(key);
    if (old?.digest === definition.digest) continue;
    const { line, column, offset } = definition.at;
    const where = {
      member: null,
      offset,
      ...(line === undefined ? {} : { line }),
      ...(column === undefined ? {} : { column }),
    };
    const title = titleOf(definition.what, definition.name);
    drifts.push({
      file,
      finding:
        old === undefined
          ? { rule: 'agent-definition-new', severity: 'medium', message: `${title} is not in the lock.`, where }
          : {
              rule: 'agent-definition-drift',
              severity: 'high',
              message: `${title} is not what was locked on ${old.changed}: ${difference(old.members, definition.members)}.`,
              where,
            },
    });
  }
  for (const { what, file, name } of known.values()) {
    drifts.push({
      file,
      finding: {
        rule: 'agent-definition-gone',
        severity: 'info',
        message: `${titleOf(what, name)} is gone.`,
        where: { member: null, offset: null },
      },
    });
  }
  return drifts;
}

/** Several definitions of one name in one file are told apart by their order. */
function keyed<T>(list: readonly (readonly [string, T])[]): readonly (readonly [string, T])[] {
  const counts = new Map<string, number>();
  return list.map(([key, one]) => {
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return [`${key}\0${count}`, one] as const;
  });
}

function keyOf(file: string, what: string, name: string): string {
  return `${file}\0${what}\0${name}`;
}

function titleOf(what: AgentDefinition['what'], name: string): string {
  return what === 'instructions' ? 'The text of instructions' : `The ${what} ${show(name, 60)}`;
}

function difference(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): string {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  const changed = names.filter((name) => before[name] !== after[name]);
  if (changed.length === 0) return 'its text or values that are not shown have changed';
  const said = changed.slice(0, 5).map((name) => {
    const [old, now] = [
      Object.hasOwn(before, name) ? before[name]! : '',
      Object.hasOwn(after, name) ? after[name]! : '',
    ];
    if (old === '') return `${show(name, 60)} is new`;
    if (now === '') return `${show(name, 60)} is gone`;
    return /^[0-9a-f]{64}$/.test(now)
      ? `${show(name, 60)} has changed`
      : `${show(name, 40)} was ${show(old, 60)} and is ${show(now, 60)}`;
  });
  return `${said.join('; ')}${changed.length > 5 ? `; and ${changed.length - 5} more` : ''}`;
}
