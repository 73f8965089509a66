import type { DataRow } from './read-data.ts';

export interface Manifest {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly features: number;
  readonly thresholds: Readonly<Record<string, number>>;
  /** Rows by source. */
  readonly sources: Readonly<Record<string, number>>;
}

const BEGIN = '<!-- training -->';
const END = '<!-- /training -->';

/**
 * A model's card with what training knows of it between its two marks: digest, thresholds, sources and licences.
 * @throws RangeError when the card has no marks.
 */
export function withTraining(card: string, manifest: Manifest, data: readonly DataRow[]): string {
  const [from, to] = [card.indexOf(BEGIN), card.indexOf(END)];
  if (from < 0 || to < from) throw new RangeError(`the card of ${manifest.file} has no ${BEGIN} … ${END}`);
  const licences = new Map<string, string>();
  for (const { source, licence } of data) licences.set(source, licence);
  const thresholds = Object.entries(manifest.thresholds).map(([name, value]) => `\`${name}\` ${value.toFixed(4)}`);
  const lines = [
    `\`${manifest.file}\`: ${manifest.bytes} bytes, ${manifest.features} features. SHA-256 \`${manifest.sha256}\`.`,
    `Thresholds: ${thresholds.join(', ')}.`,
    '',
    '| source | licence | rows |',
    '| --- | --- | --: |',
    ...Object.entries(manifest.sources).map(
      ([source, rows]) => `| ${source} | ${licences.get(source) ?? 'written by `train/generate`'} | ${rows} |`,
    ),
  ];
  return `${card.slice(0, from)}${BEGIN}\n\n${lines.join('\n')}\n\n${card.slice(to)}`;
}
