import type { Exchange } from '../../../src/core/exchange.ts';
import { duration } from '../format/number.ts';
import { Panel } from '../parts/page.tsx';
import { stepsOf } from './steps.ts';

export function Timeline({ exchange }: { readonly exchange: Exchange }) {
  return (
    <Panel title="What happened" aside={<span className="number">{duration(exchange.timings.total)}</span>}>
      <Waterfall exchange={exchange} />
      <ol className="timeline">
        {stepsOf(exchange).map((step, i) => (
          <li key={i} className={`tone-${step.tone}`}>
            <span className="timeline-title">{step.title}</span>
            <span className="faint timeline-detail">{step.detail}</span>
            {step.at !== null && (
              <span className="number faint timeline-at">{step.at === 0 ? '0 ms' : duration(step.at)}</span>
            )}
          </li>
        ))}
      </ol>
    </Panel>
  );
}

/** How the time divides: waiting for the upstream, and everything that Parapet and the network took. */
function Waterfall({ exchange }: { readonly exchange: Exchange }) {
  const { total, upstream } = exchange.timings;
  if (upstream === null || total <= 0) return null;
  const waited = Math.min(upstream, total);
  const share = (waited / total) * 100;
  return (
    <div
      className="waterfall"
      role="img"
      aria-label={`${duration(waited)} of ${duration(total)} were spent waiting for the upstream`}
    >
      <span className="waterfall-bar">
        <span className="waterfall-upstream" style={{ width: `${share}%` }} />
      </span>
      <span className="faint small">
        upstream {duration(waited)} · rest {duration(total - waited)}
      </span>
    </div>
  );
}
