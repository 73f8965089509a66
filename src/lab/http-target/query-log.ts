import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Fault } from '../../core/fault.ts';
import { wholeLines } from '../whole-lines.ts';

/** A sample as it is sent: numbers, or a text. */
export type Sample = Float32Array | string;

/** SHA-256 of a sample: of its float32 bytes, or of its UTF-8. */
export function digestOfSample(sample: Sample): string {
  const hash = createHash('sha256');
  if (typeof sample === 'string') hash.update('text:').update(sample);
  else hash.update('float32:').update(new Uint8Array(sample.buffer, sample.byteOffset, sample.byteLength));
  return hash.digest('base64url');
}

export interface QueryLog {
  /** Answers that are in the log already, those among them that were taken again not left out. */
  readonly recorded: number;
  /**
   * The answers to samples from an earlier run, undefined where there is none; null, and none taken, where more than `most` have none. Each is given once: the second
   * time that a sample is asked gets the second answer that it got then, so that a target that answers by chance does not look steady.
   */
  takeAll(digests: readonly string[], most: number): readonly (Float32Array | undefined)[] | null;
  append(answers: readonly { readonly digest: string; readonly scores: Float32Array }[]): void;
}

export interface QueryLogHeader {
  readonly format: 'parapet-query-log';
  readonly version: 1;
  readonly target: string;
  readonly classes: number;
  /** Digest of the declaration, without credentials: answers to another question are not taken. */
  readonly declaration: string;
}

export function memoryQueryLog(): QueryLog {
  return {
    recorded: 0,
    takeAll: (digests, most) => (digests.length > most ? null : digests.map(() => undefined)),
    append: () => {},
  };
}

/**
 * Answers in a file of JSON lines: `{"q": digest, "s": float32 scores in base64}` behind a header. An unfinished last line is cut off.
 * @throws Fault `ERR_USAGE` when the file belongs to another target, `ERR_DATA` when it is damaged
 */
export function openQueryLog(path: string, header: QueryLogHeader): QueryLog {
  const known = new Map<string, Float32Array[]>();
  const headline = JSON.stringify(header);
  let recorded = 0;
  if (existsSync(path)) {
    let sound = 0;
    let number = 0;
    for (const { line, end } of wholeLines(path)) {
      number++;
      if (number === 1) {
        if (line !== headline) {
          throw new Fault('ERR_USAGE', 'the query log belongs to another target, or to another declaration of it', {
            where: `${path}:1`,
            hint: 'Name another file, or delete this one.',
          });
        }
      } else {
        const { digest, scores } = readLine(line, header.classes, `${path}:${number}`);
        const answers = known.get(digest);
        if (answers === undefined) known.set(digest, [scores]);
        else answers.push(scores);
        recorded++;
      }
      sound = end;
    }
    if (number === 0) writeFileSync(path, `${headline}\n`);
    else truncateSync(path, sound);
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${headline}\n`, { flag: 'wx' });
  }
  const take = (digest: string): Float32Array | undefined => known.get(digest)?.shift();
  return {
    recorded,
    takeAll: (digests, most) => {
      const wanted = new Map<string, number>();
      let unknown = 0;
      for (const digest of digests) {
        const times = (wanted.get(digest) ?? 0) + 1;
        wanted.set(digest, times);
        if (times > (known.get(digest)?.length ?? 0)) unknown++;
      }
      return unknown > most ? null : digests.map(take);
    },
    append: (answers) => {
      const lines = answers.map(({ digest, scores }) => {
        const s = Buffer.from(scores.buffer, scores.byteOffset, scores.byteLength).toString('base64');
        return `${JSON.stringify({ q: digest, s })}\n`;
      });
      appendFileSync(path, lines.join(''));
    },
  };
}

function readLine(
  line: string,
  classes: number,
  where: string,
): { readonly digest: string; readonly scores: Float32Array } {
  try {
    const { q, s } = JSON.parse(line) as { readonly q?: unknown; readonly s?: unknown };
    if (typeof q === 'string' && typeof s === 'string') {
      const bytes = Buffer.from(s, 'base64');
      if (bytes.length === 4 * classes) {
        const scores = new Float32Array(classes);
        new Uint8Array(scores.buffer).set(bytes);
        if (scores.every((score) => Number.isFinite(score))) return { digest: q, scores };
      }
    }
  } catch {
    // Said below, in the same words as for a line that is JSON but nothing of ours.
  }
  throw new Fault('ERR_DATA', 'a line of the query log is damaged', {
    where,
    hint: 'Cut the file off before this line: what stands before it is taken.',
  });
}
