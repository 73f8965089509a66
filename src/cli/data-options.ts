import type { Command } from 'commander';
import { Fault } from '../core/fault.ts';
import type { LoadDataOptions } from '../lab/load-data.ts';
import { parseNumber, parseWhole } from './parse-number.ts';

/** Options of every command that reads samples for a model, as they come from the command line. */
export interface DataArguments {
  readonly layout?: string;
  readonly scale?: string;
  readonly label?: string;
  readonly labels?: string;
  readonly limit?: string;
}

/** The options of `DataArguments`, for every command that reads samples. */
export function addDataOptions(command: Command): Command {
  return command
    .option('--layout <order>', "order of a picture's axes in arrays: nchw or nhwc; default: worked out")
    .option('--scale <n>', 'what values are divided by; default: 255 for bytes')
    .option('--label <column>', 'column of the class in CSV')
    .option('--labels <file>', 'file of the labels, where it is not found beside the inputs')
    .option('--limit <n>', 'samples to take from the data');
}

/** @throws Fault `ERR_USAGE` that names the option */
export function dataOptions(given: DataArguments, inputShape: readonly number[] | undefined): LoadDataOptions {
  const { layout, scale, label, labels, limit } = given;
  if (layout !== undefined && layout !== 'nchw' && layout !== 'nhwc') {
    throw new Fault('ERR_USAGE', '--layout is nchw or nhwc.');
  }
  return {
    ...(inputShape === undefined ? {} : { inputShape }),
    ...(layout === undefined ? {} : { layout }),
    ...(scale === undefined ? {} : { scale: parseNumber(scale, '--scale') }),
    ...(label === undefined ? {} : { label }),
    ...(labels === undefined ? {} : { labels }),
    ...(limit === undefined ? {} : { limit: parseWhole(limit, '--limit') }),
  };
}

/** `0,1` → smallest and largest value of an input. @throws Fault `ERR_USAGE` */
export function parseBounds(text: string): { readonly low: number; readonly high: number } {
  const [low, high, ...more] = text.split(',').map((part) => parseNumber(part, '--bounds'));
  if (low === undefined || high === undefined || more.length > 0 || !(low < high)) {
    throw new Fault('ERR_USAGE', '--bounds takes two numbers, the smaller one first, such as 0,1.');
  }
  return { low, high };
}

/** `--set key=value` pairs: numbers, fractions, `true`, `false`, `null`, lists with commas, and text. @throws Fault `ERR_USAGE` */
export function parseSettings(pairs: readonly string[]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals <= 0) throw new Fault('ERR_USAGE', '--set takes key=value.');
    values[pair.slice(0, equals)] = settingOf(pair.slice(equals + 1));
  }
  return values;
}

function settingOf(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  if (text === 'null') return null;
  if (/^-?[\d.]+(e-?\d+)?(\/[\d.]+)?$/i.test(text)) return parseNumber(text, '--set');
  return text.includes(',') ? text.split(',') : text;
}
