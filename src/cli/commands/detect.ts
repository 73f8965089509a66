import { resolve } from 'node:path';
import { Fault } from '../../core/fault.ts';
import type { ScoredText } from '../../guard/score-text.ts';
import type { RegisterCommand } from '../command.ts';
import { formatTable } from '../format-table.ts';

interface DetectOptions {
  readonly jsonl?: string;
  readonly channel: string;
  readonly detectors?: string;
  readonly config?: string;
  readonly format: string;
  readonly failOnFindings?: true;
}

/** Bytes of one text on stdin. */
const MAX_STDIN = 256 * 1024 * 1024;
const FORMATS = ['jsonl', 'table'];

/** `parapet detect`: what the detectors say about texts, without a gateway. */
export const register: RegisterCommand = (program, io) => {
  program
    .command('detect')
    .description('say what the detectors find in texts: stdin, or rows of a JSONL file')
    .option('--jsonl <file>', 'file of rows {id, text}, plain or gzip; one JSON line a row comes out')
    .option(
      '--channel <channel>',
      'whose words they are: user, data (tool results, documents), output (a model)',
      'user',
    )
    .option('--detectors <ids>', 'detectors to run, separated by commas (default: all that look at the channel)')
    .option('-c, --config <file>', 'take the options of detectors from the rules of this configuration')
    .option('--format <format>', 'jsonl or table', 'jsonl')
    .option('--fail-on-findings', 'exit with 1 when anything is found')
    .action(async (options: DetectOptions) => {
      const { CHANNELS, chooseDetectors } = await import('../choose-detectors.ts');
      const { scoreText } = await import('../../guard/score-text.ts');
      const channel = oneOf('--channel', options.channel, CHANNELS);
      const format = oneOf('--format', options.format, FORMATS);
      const { detectors, silent, close } = await chooseDetectors(
        { channel, ids: options.detectors, config: options.config },
        io,
      );
      for (const id of silent) io.err(`warning: ${id} does not look at the channel "${channel}"`);

      let found = false;
      let failed = false;
      const say = (id: string, result: ScoredText): void => {
        found ||= result.findings.length > 0;
        failed ||= Object.keys(result.failed).length > 0;
        io.out(format === 'table' ? toTable(id, result) : toLine(id, result));
      };
      try {
        if (options.jsonl === undefined) say('-', await scoreText(detectors, await readText(io.stdin())));
        else {
          const { readRows } = await import('../read-rows.ts');
          for await (const { id, text } of readRows(resolve(io.cwd, options.jsonl), options.jsonl)) {
            if (io.signal.aborted)
              throw new Fault('ERR_USAGE', 'Interrupted: the rows after this one were not looked at.');
            say(id, await scoreText(detectors, text));
          }
        }
      } finally {
        await close();
      }
      if (failed) {
        io.err('error: a detector failed on some texts; see `failed` in the output');
        io.exitCode = 3;
      } else if (found && options.failOnFindings === true) io.exitCode = 1;
    });
};

function oneOf<T extends string>(option: string, given: string, allowed: readonly T[]): T {
  if ((allowed as readonly string[]).includes(given)) return given as T;
  throw new Fault('ERR_USAGE', `There is no "${given}" for ${option}; choose one of ${allowed.join(', ')}.`);
}

async function readText(stdin: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    bytes += chunk.length;
    if (bytes > MAX_STDIN) throw new Fault('ERR_USAGE', 'The text on stdin is longer than 256 MiB.');
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new Fault('ERR_USAGE', 'The text on stdin is not UTF-8.', { cause });
  }
}

function toLine(id: string, { scores, findings, failed }: ScoredText): string {
  const rounded = Object.fromEntries(Object.entries(scores).map(([name, score]) => [name, round(score)]));
  return JSON.stringify({ id, scores: rounded, findings, ...(Object.keys(failed).length === 0 ? {} : { failed }) });
}

/** Six digits tell any two scores apart that a threshold could. */
function round(score: number): number {
  return Math.round(score * 1e6) / 1e6;
}

function toTable(id: string, { scores, findings, failed, millis }: ScoredText): string {
  const names = Object.keys(millis);
  const cells = names.map((name) => [
    name,
    failed[name] === undefined ? (scores[name]?.toFixed(3) ?? '-') : 'failed',
    String(findings.filter(({ detector }) => detector === name).length),
    (millis[name] ?? 0).toFixed(2),
  ]);
  const said = findings.map(({ rule, severity, span, mask, message }) => [
    severity,
    rule,
    `${span.start}-${span.end}`,
    mask,
    message,
  ]);
  return [
    id === '-' ? '' : `${id}\n`,
    formatTable(['detector', 'score', 'findings', 'ms'], cells),
    said.length === 0 ? '\nnothing found' : `\n\n${formatTable(['severity', 'rule', 'where', 'what', 'means'], said)}`,
    '\n',
  ].join('');
}
