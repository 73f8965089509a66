export interface Markers {
  readonly open: string;
  readonly close: string;
}

export interface MarkedPart {
  readonly text: string;
  /** It stands between markers. */
  readonly document: boolean;
}

/**
 * Splits a text by pairs of markers. A document may contain the marker that ends it, so the last one counts; without one it runs to
 * the end. Two documents between the same markers are one with what stands between them: what may be a document is not taken for the
 * user's words.
 */
export function splitMarked(text: string, markers: readonly Markers[]): readonly MarkedPart[] {
  const parts: MarkedPart[] = [];
  let rest = text;
  for (;;) {
    let first: { readonly at: number; readonly marker: Markers } | null = null;
    for (const marker of markers) {
      const at = rest.indexOf(marker.open);
      if (at !== -1 && (first === null || at < first.at)) first = { at, marker };
    }
    if (first === null) break;
    if (first.at > 0) parts.push({ text: rest.slice(0, first.at), document: false });
    const inner = rest.slice(first.at + first.marker.open.length);
    const close = inner.lastIndexOf(first.marker.close);
    parts.push({ text: close === -1 ? inner : inner.slice(0, close), document: true });
    rest = close === -1 ? '' : inner.slice(close + first.marker.close.length);
  }
  if (rest !== '') parts.push({ text: rest, document: false });
  return parts;
}
