import { useState } from 'react';
import { exactCount } from '../format/number.ts';
import { Button } from '../parts/button.tsx';
import { shorten } from './long-text.ts';
import { type Mark, splitMarks } from './split-marks.ts';

/** A text with marks in it; of a long one what surrounds them, until the rest is asked for. */
export function MarkedText({ text, marks }: { readonly text: string; readonly marks: readonly Mark[] }) {
  const [whole, setWhole] = useState(false);
  const pieces = splitMarks(text, marks);
  const shown = whole ? pieces : shorten(pieces);
  return (
    <p className="segment-text">
      {shown.map((piece, i) =>
        'hidden' in piece ? (
          <Button key={i} kind="quiet" className="hidden-text" onClick={() => setWhole(true)}>
            … {exactCount(piece.hidden)} more characters …
          </Button>
        ) : piece.rules.length > 0 ? (
          <mark key={i} title={piece.rules.join(', ')}>
            {piece.text}
            <span className="visually-hidden"> (evidence: {piece.rules.join(', ')})</span>
          </mark>
        ) : (
          <span key={i}>{piece.text}</span>
        ),
      )}
    </p>
  );
}
