import assert from 'node:assert/strict';
import type { Detector, Inspector, Subject } from '../src/detect/detector.ts';
import { DETECTORS } from '../src/detect/registry.ts';
import { fixtureInspector } from '../test/detect/fixture-inspector.ts';
import { views } from '../src/text/decode-layers.ts';
import type { MappedText } from '../src/text/mapped-text.ts';
import { normalise } from '../src/text/normalise.ts';

const SUBJECTS: readonly Subject[] = [
  { stage: 'input', role: 'user', origin: 'user', kind: 'text' },
  { stage: 'input', role: 'tool', origin: 'tool', kind: 'tool-result' },
  { stage: 'output', role: 'assistant', origin: 'model', kind: 'text' },
  { stage: 'output', role: 'assistant', origin: 'model', kind: 'tool-arguments', tool: 'run' },
];

const inspectors: readonly { readonly id: string; readonly inspector: Inspector }[] = (
  DETECTORS as readonly unknown[] as readonly Detector<string, never>[]
)
  // What asks a model over the network, or needs one from a folder, has no defaults to run with.
  .filter(({ meta }) => meta.needs === undefined)
  .map((detector) => ({ id: detector.meta.id, inspector: fixtureInspector(detector as Detector<string, unknown>) }));

/** Ids of what `checkText` runs. */
export const CHECKED: readonly string[] = inspectors.map(({ id }) => id);

/**
 * Runs the normaliser and every detector over one text and asserts what must hold for any: nothing is thrown, every offset
 * lies in the text, spans are ordered and do not overlap, a score is between 0 and 1.
 */
export async function checkText(text: string, turn: number): Promise<void> {
  const plain = normalise(text);
  assertMapped(text, plain, 'normalise');
  for (const view of views(text)) assertMapped(text, view, 'views');
  const subject = SUBJECTS[turn % SUBJECTS.length]!;
  for (const { id, inspector } of inspectors) {
    let last = 0;
    for (const { span, score, mask } of await inspector.inspect(text, subject)) {
      assert.ok(
        last <= span.start && span.start < span.end && span.end <= text.length,
        `${id}: span ${span.start}-${span.end}`,
      );
      assert.ok(score === undefined || (score >= 0 && score <= 1), `${id}: score ${score}`);
      assert.ok(mask.length <= 64, `${id}: mask`);
      last = span.end;
    }
    const hold = inspector.streaming?.holdFrom(text) ?? 0;
    assert.ok(Number.isInteger(hold) && hold >= 0 && hold <= text.length, `${id}: holdFrom ${hold}`);
    const score = (await inspector.score?.(text, subject)) ?? 0;
    assert.ok(score >= 0 && score <= 1, `${id}: score ${score}`);
  }
}

/** Every part of a view comes from somewhere in the text. */
function assertMapped(text: string, { text: shown, map }: MappedText, what: string): void {
  const { length } = shown;
  assert.equal(map.length, length, what);
  if (length === 0) return;
  const middle = length >> 1;
  for (const [start, end] of [
    [0, 1],
    [middle, middle + 1],
    [length - 1, length],
    [0, length],
  ] as const) {
    const span = map.span(start, end);
    assert.ok(
      0 <= span.start && span.start <= span.end && span.end <= text.length,
      `${what}: [${start}, ${end}) of ${length} comes from [${span.start}, ${span.end}) of ${text.length}`,
    );
  }
}
