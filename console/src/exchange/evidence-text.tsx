import type { KeptSegment } from '../../../src/core/exchange.ts';
import type { ExchangeDetail } from '../../../src/gateway/admin/api.ts';
import { exactCount } from '../format/number.ts';
import { MarkedText } from '../marks/marked-text.tsx';
import { Badge } from '../parts/badge.tsx';
import { Panel } from '../parts/page.tsx';
import { withoutContent } from './without-content.ts';

/** The conversation with its evidence marked; where no text is kept, where the evidence lay in it. */
export function EvidenceText({ detail }: { readonly detail: ExchangeDetail }) {
  const { content } = detail;
  if (content.state === 'kept') {
    return (
      <Panel
        title="Conversation"
        aside={<Badge tone="quiet">{content.mode === 'redacted' ? 'kept redacted' : 'kept in full'}</Badge>}
        flush
      >
        <div className="conversation">
          {content.segments.map((segment) => (
            <SegmentText key={`${segment.stage}/${segment.segment}`} segment={segment} />
          ))}
        </div>
      </Panel>
    );
  }
  return <WithoutContent detail={detail} gone={content.state === 'gone'} />;
}

function SegmentText({ segment }: { readonly segment: KeptSegment }) {
  return (
    <article
      className={`segment stage-${segment.stage} origin-${segment.origin}`}
      aria-label={`${segment.role}: ${segment.segment}`}
    >
      <header>
        <b>{segment.role}</b>
        {segment.kind !== 'text' && <span className="faint">{segment.kind}</span>}
        <code className="faint push">{segment.segment}</code>
      </header>
      <MarkedText text={segment.text} marks={segment.marks} />
      {segment.marks.length > 0 && (
        <p className="segment-rules">
          {[...new Set(segment.marks.map((mark) => mark.rule))].map((rule) => (
            <Badge key={rule} tone="bad">
              {rule}
            </Badge>
          ))}
        </p>
      )}
    </article>
  );
}

function WithoutContent({ detail, gone }: { readonly detail: ExchangeDetail; readonly gone: boolean }) {
  const places = withoutContent(detail.exchange.decisions);
  return (
    <Panel title="Where the evidence lay" flush>
      {places.length > 0 && (
        <div className="conversation">
          {places.map((place) => (
            <article key={`${place.stage}/${place.segment}`} className={`segment stage-${place.stage}`}>
              <header>
                <b>{place.role}</b>
                <span className="faint">{place.origin}</span>
                <code className="faint push">{place.segment}</code>
              </header>
              <p className="segment-text">
                {place.pieces.map((piece, i) => (
                  <span key={i}>
                    <span className="gap">{piece.before > 0 ? `… ${exactCount(piece.before)} characters … ` : ''}</span>
                    <mark title={piece.rule}>
                      {piece.mask}
                      <span className="visually-hidden"> (evidence: {piece.rule})</span>
                    </mark>{' '}
                  </span>
                ))}
                <span className="gap">…</span>
              </p>
            </article>
          ))}
        </div>
      )}
      <div className="aside-note">
        {gone ? (
          <p>The text itself was kept and has been deleted: its retention is over. The record stays.</p>
        ) : (
          <>
            <p>
              {places.length === 0 ? 'No evidence was found, and the' : 'The'} text itself was not kept. To keep the
              texts of future exchanges, with evidence marked in them, set in the configuration:
            </p>
            <pre className="code">{'evidence:\n  content: redacted   # or full\n  retention: 30d'}</pre>
          </>
        )}
      </div>
    </Panel>
  );
}
