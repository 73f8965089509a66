import type { Finding } from '../../src/core/finding.ts';
import type { Inspector, Subject } from '../../src/detect/detector.ts';

/**
 * Sends a text in pieces through the least guard that can be built on a detector's streaming contract: it keeps
 * `lookBehind` released units in view, withholds from `holdFrom` on, and replaces what is found before it lets go.
 *
 * @returns index of the first unit of a finding in `whole` (those of the complete text) that left as it was, or -1.
 */
export async function releaseThroughGuard(
  inspector: Inspector,
  subject: Subject,
  pieces: readonly string[],
  whole: readonly Finding[],
): Promise<number> {
  const streaming = inspector.streaming!;
  const secret = new Set<number>();
  for (const { span } of whole) for (let i = span.start; i < span.end; i++) secret.add(i);

  let view = '';
  let viewStart = 0;
  let released = 0;
  for (const [index, piece] of pieces.entries()) {
    view += piece;
    const final = index === pieces.length - 1;
    let hold = final ? view.length : streaming.holdFrom(view);
    if (view.length - hold > streaming.maxHold) {
      if (streaming.overdue(view, hold) !== null) return -1; // the guard ends the stream here
      hold = view.length;
    }
    const findings = (await inspector.inspect(view, subject)).filter(({ span }) => span.start < hold);
    for (let i = released; i < viewStart + hold; i++) {
      if (secret.has(i) && !findings.some(({ span }) => viewStart + span.start <= i && i < viewStart + span.end))
        return i;
    }
    released = Math.max(released, viewStart + hold);
    const drop = Math.max(0, hold - streaming.lookBehind);
    view = view.slice(drop);
    viewStart += drop;
  }
  return -1;
}
