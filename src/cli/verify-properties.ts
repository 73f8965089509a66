import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Fault } from '../core/fault.ts';
import { loadOnnx } from '../engine/load-onnx.ts';
import { readVnnlib, VNNLIB_LIMITS } from '../formats/vnnlib/read-vnnlib.ts';
import type { Arithmetic } from '../lab/certify/crown.ts';
import { openPropertyChecker } from '../lab/certify/property-checker.ts';
import type { Io } from './command.ts';
import { formatTable } from './format-table.ts';
import { writeWholeFile } from './write-whole-file.ts';

export interface VerifyPropertiesOptions {
  readonly arithmetic: Arithmetic;
  /** Most seconds for one property. */
  readonly perSample: number;
  readonly seconds: number | null;
  readonly seed: string;
  readonly out: string | undefined;
  readonly json: boolean | undefined;
}

/** One property's verdict as `--json` gives it. */
interface PropertyVerdict {
  readonly property: string;
  readonly verdict: 'verified' | 'violated' | 'unknown';
  readonly seconds: number;
  /** Boxes and sub-problems that were bounded. */
  readonly work: number;
  readonly counterexample?: { readonly input: readonly number[]; readonly output: readonly number[] };
  readonly reason?: string;
}

/** Decides properties of a network one after the other. Exit codes: 0 all verified, 1 one is violated, 3 one is unknown and none violated. */
export async function verifyProperties(
  model: string,
  files: readonly string[],
  options: VerifyPropertiesOptions,
  io: Io,
): Promise<void> {
  const { arithmetic, perSample, seconds, seed } = options;
  const end = seconds === null ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1000;
  const checker = await openPropertyChecker(await loadOnnx(model));
  const verdicts: PropertyVerdict[] = [];
  try {
    for (const file of files) {
      const property = readVnnlib(await readText(resolve(io.cwd, file)));
      const began = performance.now();
      const timeout = Math.max(0, Math.min(perSample * 1000, end - began));
      const found = await checker.verify(property, { timeout, arithmetic, seed, signal: io.signal });
      const own = { property: file, seconds: (performance.now() - began) / 1000, work: found.work };
      if (found.verdict === 'violated')
        verdicts.push({
          ...own,
          verdict: 'violated',
          counterexample: { input: [...found.input], output: [...found.output] },
        });
      else if (found.verdict === 'holds') verdicts.push({ ...own, verdict: 'verified' });
      else verdicts.push({ ...own, verdict: 'unknown', reason: found.reason });
    }
  } finally {
    await checker.close();
  }
  const count = (verdict: PropertyVerdict['verdict']): number =>
    verdicts.filter((one) => one.verdict === verdict).length;
  const summary = { verified: count('verified'), violated: count('violated'), unknown: count('unknown') };
  const json = JSON.stringify({ arithmetic, ...summary, properties: verdicts });
  if (options.out !== undefined) await writeWholeFile(resolve(io.cwd, options.out), `${json}\n`);
  io.out(options.json === true ? json : toText(verdicts));
  io.exitCode = summary.violated > 0 ? 1 : summary.unknown > 0 ? 3 : 0;
}

function toText(verdicts: readonly PropertyVerdict[]): string {
  const list = (values: readonly number[]): string =>
    values.length > 12 ? `${values.slice(0, 12).join(', ')} …` : values.join(', ');
  const table = formatTable(
    ['property', 'verdict', 's', 'work', ''],
    verdicts.map(({ property, verdict, seconds, work, reason }) => [
      property,
      verdict,
      seconds.toFixed(1),
      String(work),
      reason ?? '',
    ]),
  );
  const found = verdicts.flatMap(({ property, counterexample }) =>
    counterexample === undefined
      ? []
      : [`\n${property}: the network answers\n  ${list(counterexample.output)}\nto\n  ${list(counterexample.input)}`],
  );
  return [table, ...found].join('\n');
}

async function readText(file: string): Promise<string> {
  try {
    if ((await stat(file)).size > VNNLIB_LIMITS.text)
      throw new Fault('ERR_DATA', 'The property file is too large.', { where: file });
    const bytes = await readFile(file);
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return (isGzip ? gunzipSync(bytes, { maxOutputLength: VNNLIB_LIMITS.text }) : bytes).toString('utf8');
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault('ERR_USAGE', 'The property file cannot be read.', {
      where: file,
      hint: 'Give a VNN-LIB file.',
      cause,
    });
  }
}
