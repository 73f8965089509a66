import type { ByteSource } from '../bytes/byte-source.ts';
import type { NativeUnpacker } from '../formats/native-unpacker.ts';
import { unpackedSourceBytes } from '../formats/unpacked-source.ts';
import type { AgentDefinition } from './agents/agent-fact.ts';
import { KNOWN_BOOK } from './advisories/known-advisories.ts';
import { notCompared } from './advisories/not-compared.ts';
import { type Artifact, type ArtifactContext, extensionOf, headLength, type MemberListing } from './artifact.ts';
import type { Fact, Spot } from './fact.ts';
import { type FileResult, type FoundPackage, type ScanFinding, verdictOf, type Where } from './file-result.ts';
import type { MemoryTurn } from './memory-turn.ts';
import { type Observer, OutOfTime, type Reader, type Streaming } from './reader.ts';
import type { Judged, Judgement, Rule } from './rule.ts';
import { SCAN_LIMITS, type ScanLimits } from './scan-limits.ts';
import { withoutRepeats } from './without-repeats.ts';

export interface ScanOptions {
  readonly readers: readonly Reader[];
  readonly rules: readonly Rule[];
  readonly limits?: ScanLimits;
  /** Milliseconds since some beginning; for the time limit. */
  readonly now: () => number;
  /** Where other threads hold unpacked data, too. */
  readonly turn?: MemoryTurn;
  /** Unpacks what is long. */
  readonly native?: NativeUnpacker;
}

/** Definitions of one file that are compared with others. */
const MOST_DEFINITIONS = 10_000;
/** Packages of one file that advisories are compared with. */
const MOST_PACKAGES = 50_000;

/** Milliseconds that are taken off the clock together. */
const EXCUSED_AT_ONCE = 50;
/** Bytes for each such millisecond at least: what comes slower was made to come slowly, and is on the clock. */
const SLOWEST = 256;

type Judge = (fact: Fact) => Judged;

/**
 * Looks at one file and everything inside it. Never throws: whatever goes wrong inside is a gap, and a file with a gap is not clean.
 * @param file its name, which the result repeats
 * @param context what the folders around it say about it
 */
export function scanSource(
  file: string,
  source: ByteSource,
  options: ScanOptions,
  context?: ArtifactContext,
): FileResult {
  const scan = new Scan(options, context ?? bundleContext(file));
  scan.look(file, source, [], 0, null);
  const findings = withoutRepeats(withoutEchoes(scan.findings, options.rules)).toSorted((a, b) => rank(b) - rank(a));
  return {
    file,
    verdict: verdictOf(findings, scan.gaps),
    formats: [...scan.formats],
    findings,
    gaps: scan.gaps,
    size: source.size,
    ...(scan.definitions.length === 0 ? {} : { definitions: scan.definitions }),
    ...(scan.licences.length === 0 ? {} : { licences: scan.licences }),
    ...(scan.packages.length === 0 ? {} : { packages: scan.packages }),
  };
}

/** Findings without those of rules that are silent where another speaks about the same line. */
function withoutEchoes(findings: readonly ScanFinding[], rules: readonly Rule[]): readonly ScanFinding[] {
  const yielding = new Map(
    rules.flatMap(({ meta }) => (meta.yieldsTo === undefined ? [] : [[meta.id, meta.yieldsTo] as const])),
  );
  if (!findings.some(({ rule }) => yielding.has(rule))) return findings;
  const spot = ({ member, line }: Where): string => `${line ?? ''} ${member ?? ''}`;
  const said = new Set(findings.map(({ rule, where }) => `${rule} ${spot(where)}`));
  return findings.filter(
    ({ rule, where }) =>
      where.line === undefined || !(yielding.get(rule) ?? []).some((one) => said.has(`${one} ${spot(where)}`)),
  );
}

/** Archives in which skills and extensions of agents travel: what is in them belongs to one. */
function bundleContext(file: string): ArtifactContext | undefined {
  return /\.(?:skill|mcpb|dxt)$/i.test(file) ? { skill: file } : undefined;
}

const RANKS = ['info', 'low', 'medium', 'high', 'critical'];

function rank(finding: ScanFinding): number {
  return RANKS.indexOf(finding.severity);
}

class Scan {
  readonly findings: ScanFinding[] = [];
  readonly gaps: { readonly reason: string; readonly where: Where }[] = [];
  readonly formats = new Set<string>();
  readonly definitions: AgentDefinition[] = [];
  #context: ArtifactContext | undefined;
  readonly packages: FoundPackage[] = [];
  readonly licences: { readonly id: string | null; readonly line: number }[] = [];
  readonly #readers: readonly Reader[];
  readonly #judges = new Map<string, { readonly rule: Rule; readonly judge: Judge }[]>();
  readonly #limits: ScanLimits;
  readonly #now: () => number;
  readonly #turn: MemoryTurn | undefined;
  readonly #native: NativeUnpacker | null;
  readonly #started: number;
  readonly #seen = new Set<string>();
  #members = 0;
  #unpacked = 0;
  /** Unpacked bytes that are in memory now, of all archives around what is being read. */
  #held = 0;
  #streamed = 0;
  /** Milliseconds that are not the file's. */
  #excused = 0;
  #stopped = false;
  #definitionsCut = false;
  #packagesCut = false;

  constructor(
    { readers, rules, limits = SCAN_LIMITS, now, turn, native }: ScanOptions,
    context: ArtifactContext | undefined,
  ) {
    this.#context = context;
    this.#turn = turn;
    this.#native = native ?? null;
    this.#readers = readers;
    this.#limits = limits;
    this.#now = now;
    this.#started = now();
    for (const rule of rules) {
      for (const [kind, judge] of Object.entries(rule.judge)) {
        const known = this.#judges.get(kind) ?? [];
        known.push({ rule, judge: judge as Judge });
        this.#judges.set(kind, known);
      }
    }
  }

  look(
    name: string,
    source: ByteSource,
    members: readonly string[],
    depth: number,
    within: string | null,
    listing?: MemberListing,
  ): void {
    // An archive with a SKILL.md is a skill; its members come one by one, and what came before was looked at as what it is.
    if (depth > 0 && /(?:^|[/\\])skill\.md$/i.test(name)) this.#context ??= { skill: members.slice(0, -1).join(' > ') };
    const artifact: Artifact = {
      source,
      name,
      members,
      depth,
      within,
      head: source.read(0, headLength(source.size, depth)).slice(),
      ...(this.#context === undefined ? {} : { context: this.#context }),
      ...(listing === undefined ? {} : { listing }),
    };
    let recognised = source.size === 0;
    for (const reader of this.#readers) {
      if (this.#over()) return;
      const held = this.#held;
      try {
        if (!reader.sniff(artifact)) continue;
        recognised = true;
        this.formats.add(reader.id);
        reader.read(artifact, this.#observer(artifact, reader));
      } catch (error) {
        // A reader must not throw. If one does, the file was not looked at, and that is what is said.
        // Only one is expected: time that ends while packed data is unpacked for a reader, which the next step tells of.
        if (!(error instanceof OutOfTime && this.#over()))
          this.#gap(artifact, `the ${reader.title} reader failed (${error instanceof Error ? error.name : 'unknown'})`);
      } finally {
        this.#hold(held);
      }
    }
    if (!recognised) {
      const extension = extensionOf(name);
      const claimed = this.#readers.find((reader) => reader.extensions.includes(extension));
      if (claimed !== undefined) this.#gap(artifact, `it is named like ${claimed.title}, and is not`);
    }
  }

  #over(): boolean {
    if (this.#stopped) return true;
    if (this.#isLate()) {
      this.#stopped = true;
      this.gaps.push({
        reason: `it takes longer than ${this.#limits.time / 1000} s`,
        where: { member: null, offset: null },
      });
    }
    return this.#stopped;
  }

  #isLate(): boolean {
    return this.#now() - this.#started - this.#excused > this.#limits.time;
  }

  #streaming(held: number): Streaming | null {
    const room = this.#limits.streamed - this.#streamed;
    if (room <= 0 || held > this.#limits.unpackedAtOnce) return null;
    this.#hold(held);
    let since = this.#now();
    let made = 0;
    return {
      room,
      progress: (bytes) => {
        this.#streamed += bytes;
        made += bytes;
        const took = this.#now() - since;
        if (took < EXCUSED_AT_ONCE) return;
        const excused = Math.min(took, made / SLOWEST);
        // A turn takes it off the clock by itself.
        if (this.#turn === undefined) this.#excused += excused;
        else this.#turn.excuse(excused);
        since = this.#now();
        made = 0;
      },
      tick: () => {
        if (this.#isLate()) throw new OutOfTime();
      },
    };
  }

  #gap(artifact: Artifact, reason: string, spot: Partial<Spot> = {}): void {
    if (this.gaps.length < 100) this.gaps.push({ reason, where: place(artifact, spot) });
  }

  #hold(bytes: number): void {
    this.#held = bytes;
    this.#turn?.hold(bytes);
  }

  #observer(artifact: Artifact, reader: Reader): Observer {
    const before = this.#held;
    return {
      limits: this.#limits,
      native: this.#native,
      fact: (fact) => this.#judge(artifact, fact),
      incomplete: (reason, spot) => this.#gap(artifact, reason, typeof spot === 'number' ? { offset: spot } : spot),
      member: (name, source, listing) => {
        if (artifact.depth >= this.#limits.depth) {
          this.#gap(artifact, `it is nested deeper than ${this.#limits.depth} levels`);
        } else if (++this.#members > this.#limits.members) {
          if (this.#members === this.#limits.members + 1)
            this.#gap(artifact, `it has more than ${this.#limits.members} members`);
        } else if (!this.#over()) {
          this.look(name, source, [...artifact.members, name], artifact.depth + 1, reader.id, listing);
        }
      },
      mayUnpack: (bytes) => {
        // What this reader unpacked before is done with.
        this.#hold(before);
        const room = Math.min(this.#limits.unpackedAtOnce - before, this.#limits.unpacked - this.#unpacked);
        const granted = Math.max(0, Math.min(bytes, room));
        this.#hold(before + granted);
        return granted;
      },
      unpacked: (bytes) => {
        this.#unpacked += bytes;
        this.#hold(before + bytes);
      },
      mayStream: (holds) => this.#streaming(before + unpackedSourceBytes(holds)),
    };
  }

  #judge(artifact: Artifact, fact: Fact): void {
    if (fact.kind === 'licence' && artifact.depth === 0 && this.licences.length < 20)
      this.licences.push({ id: fact.id, line: fact.line });
    if (fact.kind === 'agent-definition') {
      if (this.definitions.length < MOST_DEFINITIONS) this.definitions.push(fact.definition);
      else if (!this.#definitionsCut) {
        this.#definitionsCut = true;
        this.#gap(artifact, `definitions after the first ${MOST_DEFINITIONS} are not compared`, fact);
      }
    }
    if (fact.kind === 'package') {
      if (this.packages.length < MOST_PACKAGES) this.packages.push({ use: fact, where: place(artifact, fact) });
      else if (!this.#packagesCut) {
        this.#packagesCut = true;
        this.#gap(artifact, `packages after the first ${MOST_PACKAGES} are not compared with advisories`, fact);
      }
      const unclear = notCompared(fact, KNOWN_BOOK);
      if (unclear !== null) this.#gap(artifact, unclear, fact);
    }
    for (const { rule, judge } of this.#judges.get(fact.kind) ?? []) {
      const judged = judge(fact);
      if (judged === null) continue;
      for (const judgement of isList(judged) ? judged : [judged]) this.#find(artifact, rule, judgement, fact);
    }
  }

  #find(artifact: Artifact, rule: Rule, judgement: Judgement, fact: Spot): void {
    const where = place(artifact, judgement.at ?? fact);
    const key = `${rule.meta.id}\n${where.member}\n${where.line ?? ''}\n${judgement.message}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    if (this.findings.length >= this.#limits.findings) {
      if (!this.#stopped) this.#gap(artifact, `it has more than ${this.#limits.findings} findings`);
      this.#stopped = true;
      return;
    }
    this.findings.push({
      rule: rule.meta.id,
      severity: judgement.severity ?? rule.meta.severity,
      message: judgement.message,
      where,
    });
  }
}

function isList(judged: Judgement | readonly Judgement[]): judged is readonly Judgement[] {
  return Array.isArray(judged);
}

function place(artifact: Artifact, spot: Partial<Spot>): Where {
  return {
    member: artifact.members.length === 0 ? null : artifact.members.join(' > '),
    offset: spot.offset ?? null,
    ...(spot.line === undefined ? {} : { line: spot.line }),
    ...(spot.column === undefined ? {} : { column: spot.column }),
  };
}
