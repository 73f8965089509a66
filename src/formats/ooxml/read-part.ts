import type { Extraction } from '../extraction.ts';
import { parseColour, sameColour } from '../css-hiding.ts';
import { type Attributes, localName, readMarkup } from '../markup.ts';

/** Elements that end a line of text. */
const LINES = new Set(['p', 'br', 'cr', 'tr', 'row', 'comment', 'footnote', 'endnote']);
/** Attributes that hold words. */
const WORDS = new Set([
  'descr',
  'title',
  'alt',
  'tooltip',
  'statusText',
  'prompt',
  'promptTitle',
  'error',
  'errorTitle',
  'string',
]);
/** Half points (w:sz) and hundredths of a point (a:rPr/@sz) below which nobody can read. */
const [SMALL_HALF_POINTS, SMALL_HUNDREDTHS] = [4, 200];

interface Run {
  hidden: boolean;
}

/**
 * One XML part of an Office document: visible text, and apart from it what does not show: hidden runs (`w:vanish`), white or tiny text,
 * tracked deletions, field codes, speaker's notes, alternative texts.
 * @param styles ids of styles that hide text.
 */
export function readPart(name: string, source: string, styles: ReadonlySet<string>, out: Extraction): void {
  const visible: string[] = [];
  const hidden: string[] = [];
  const words: string[] = [];
  const deleted: string[] = [];
  const codes: string[] = [];
  const comments: string[] = [];
  const runs: Run[] = [];
  const paragraphs: Run[] = [];
  const path: string[] = [];
  let shown = true;

  const isHidden = (): boolean => !shown || (runs.at(-1)?.hidden ?? false) || (paragraphs.at(-1)?.hidden ?? false);
  const hide = (): void => {
    const run = runs.at(-1);
    const inParagraphMark = path.includes('pPr');
    if (run !== undefined && !inParagraphMark) run.hidden = true;
  };

  readMarkup(source, 'xml', out, {
    open(tag, attributes) {
      const local = localName(tag);
      path.push(local);
      if (path.length === 1 && (attributes['show'] === '0' || /(^|\/)notesSlides\//.test(name))) shown = false;
      for (const [key, value] of Object.entries(attributes)) if (WORDS.has(localName(key))) words.push(value);
      if (local === 'r') runs.push({ hidden: false });
      else if (local === 'p') paragraphs.push({ hidden: false });
      else if (local === 'tab' && runs.length > 0) visible.push('\t');
      else if (local === 'tc') visible.push('\t');
      else if (isOn(local, attributes)) hide();
      else if (local === 'rStyle' && styles.has(valueOf(attributes))) hide();
      else if (local === 'pStyle' && styles.has(valueOf(attributes)) && paragraphs.length > 0)
        paragraphs.at(-1)!.hidden = true;
      else if (local === 'sz' && Number(valueOf(attributes)) < SMALL_HALF_POINTS && valueOf(attributes) !== '') hide();
      else if (local === 'rPr' && Number(attributes['sz'] ?? 9999) < SMALL_HUNDREDTHS) hide();
      else if (local === 'color' && isWhite(valueOf(attributes))) hide();
      else if (
        local === 'srgbClr' &&
        path.includes('rPr') &&
        path.includes('solidFill') &&
        isWhite(valueOf(attributes))
      )
        hide();
      if (LINES.has(local)) (isHidden() ? hidden : visible).push('\n');
    },
    close(tag) {
      const local = localName(tag);
      path.pop();
      if (local === 'r') runs.pop();
      if (LINES.has(local)) for (const list of [visible, hidden, deleted, codes]) list.push('\n');
      if (local === 'p') paragraphs.pop();
    },
    text(text) {
      const local = path.at(-1);
      if (text.trim() === '' && local !== 't') return;
      if (local === 'delText') deleted.push(text);
      else if (local === 'instrText' || local === 'fldSimple' || local === 'f') codes.push(text);
      else (isHidden() ? hidden : visible).push(text);
    },
    comment: (text) => void comments.push(text),
  });

  if (hidden.join('').trim() !== '') out.note('hidden text');
  out.piece(name, folded(visible));
  out.piece(`${name};hidden`, folded(hidden), true);
  out.piece(`${name};deleted`, folded(deleted), true);
  out.piece(`${name};fields`, folded(codes), true);
  out.piece(`${name};alternative-text`, words.join('\n'), true);
  out.piece(`${name};comments`, comments.join('\n'), true);
}

/** `<w:vanish/>`, but not `<w:vanish w:val="0"/>`. */
export function isOn(local: string, attributes: Attributes): boolean {
  if (local !== 'vanish' && local !== 'specVanish' && local !== 'webHidden') return false;
  return !/^(0|false|off)$/i.test(valueOf(attributes));
}

export function isWhite(value: string): boolean {
  const colour = /^[\da-f]{6}$/i.test(value) ? parseColour(`#${value}`) : null;
  return colour !== null && sameColour(colour, 0xffffff);
}

export function valueOf(attributes: Attributes): string {
  return attributes['w:val'] ?? attributes['val'] ?? '';
}

export function folded(parts: readonly string[]): string {
  return parts
    .join('')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}
