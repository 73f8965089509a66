import type { RevealedPiece } from '../../../src/gateway/admin/api.ts';

/** A text in which nothing hides: what a reader could miss or mistake is marked, and says why. */
export function Revealed({ pieces }: { readonly pieces: readonly RevealedPiece[] }) {
  return pieces.map(({ text, says }, i) =>
    says === null ? (
      <span key={i}>{text}</span>
    ) : (
      <mark key={i} className="odd" title={says}>
        {text}
        <span className="visually-hidden"> ({says})</span>
      </mark>
    ),
  );
}
