import { sameColour, parseColour } from '../css-hiding.ts';
import type { Extraction } from '../extraction.ts';
import { type PdfPage, pdfOps } from './pdfjs.ts';

/** Text rendering modes that leave no mark on the page (ISO 32000-1, 9.3.6): 3 draws nothing, 7 only clips. */
const [INVISIBLE, CLIP_ONLY] = [3, 7];
/** Points below which nobody can read. */
const SMALL = 1.5;
const WHITE = 0xffffff;
/** `AnnotationMode.DISABLE`: what annotations say is read apart. */
const NO_ANNOTATIONS = 0;

interface State {
  mode: number;
  colour: number;
  alpha: number;
  /** Of the font, in units of the text matrix. */
  size: number;
}

type Matrix = readonly [number, number, number, number, number, number];
const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

/**
 * Text that is on the page but that no reader of it sees: drawn invisibly, in white, without opacity, tiny, or beside the paper. White
 * on a dark ground is among it: what stands behind a text is not looked at.
 */
export async function hiddenText(page: PdfPage, out: Extraction): Promise<string> {
  const ops = await pdfOps();
  const { fnArray, argsArray } = await page.getOperatorList({ intent: 'print', annotationMode: NO_ANNOTATIONS });
  out.count(fnArray.length);
  const [left, bottom, right, top] = page.view as unknown as [number, number, number, number];
  let state: State = { mode: 0, colour: 0, alpha: 1, size: 0 };
  let ctm: Matrix = IDENTITY;
  let text: Matrix = IDENTITY;
  const saved: [State, Matrix][] = [];
  const parts: string[] = [];
  for (let index = 0; index < fnArray.length; index++) {
    const op = fnArray[index];
    const args = (argsArray[index] ?? []) as readonly unknown[];
    switch (op) {
      case ops.save:
        saved.push([{ ...state }, ctm]);
        break;
      case ops.restore:
        [state, ctm] = saved.pop() ?? [state, ctm];
        break;
      case ops.transform:
        ctm = multiply(ctm, matrixOf(args));
        break;
      case ops.paintFormXObjectBegin:
        saved.push([{ ...state }, ctm]);
        if (args[0] !== null && args[0] !== undefined) ctm = multiply(ctm, matrixOf(args[0] as ArrayLike<unknown>));
        break;
      case ops.paintFormXObjectEnd:
        [state, ctm] = saved.pop() ?? [state, ctm];
        break;
      case ops.beginText:
        text = IDENTITY;
        break;
      case ops.setTextMatrix:
        text = matrixOf(
          Array.isArray(args[0]) || ArrayBuffer.isView(args[0]) ? (args[0] as unknown as number[]) : args,
        );
        break;
      case ops.moveText:
      case ops.setLeadingMoveText:
        text = multiply(text, [1, 0, 0, 1, Number(args[0]), Number(args[1])]);
        break;
      case ops.setFont:
        state.size = Math.abs(Number(args[1]));
        break;
      case ops.setTextRenderingMode:
        state.mode = Number(args[0]);
        break;
      case ops.setFillRGBColor:
        state.colour = colourOf(args) ?? state.colour;
        break;
      case ops.setGState:
        for (const entry of (args[0] ?? []) as readonly (readonly [string, unknown])[]) {
          if (entry[0] === 'ca') state.alpha = Number(entry[1]);
        }
        break;
      case ops.showText: {
        const at = multiply(ctm, text);
        const points = state.size * Math.sqrt(Math.abs(at[0] * at[3] - at[1] * at[2]));
        const beside = at[4] < left - 1 || at[4] > right + 1 || at[5] < bottom - 1 || at[5] > top + 1;
        const unseen =
          state.mode === INVISIBLE || state.mode === CLIP_ONLY || state.alpha < 0.05 || points < SMALL || beside ||
          (sameColour(state.colour, WHITE) && state.mode !== 1); // prettier-ignore
        if (unseen) parts.push(glyphs(args[0]));
        break;
      }
      default:
    }
    if (parts.length > 100_000) break;
  }
  return parts.join(' ').replace(/\s+/g, ' ');
}

function glyphs(list: unknown): string {
  if (!Array.isArray(list)) return '';
  let text = '';
  for (const glyph of list as readonly unknown[]) {
    if (typeof glyph === 'number') text += glyph < -180 ? ' ' : '';
    else if (typeof glyph === 'object' && glyph !== null) text += String((glyph as { unicode?: string }).unicode ?? '');
  }
  return text;
}

function colourOf(args: readonly unknown[]): number | null {
  if (typeof args[0] === 'string') return parseColour(args[0]);
  const [r, g, b] = args.map(Number);
  return Number.isFinite(r! + g! + b!) ? (r! << 16) | (g! << 8) | b! : null;
}

function matrixOf(args: ArrayLike<unknown>): Matrix {
  const numbers = Array.from({ length: 6 }, (_, index) => Number(args[index]));
  return numbers.every(Number.isFinite) ? (numbers as unknown as Matrix) : IDENTITY;
}

/** `outer` after `inner`. */
function multiply(outer: Matrix, inner: Matrix): Matrix {
  const [a, b, c, d, e, f] = outer;
  const [g, h, i, j, k, l] = inner;
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}
