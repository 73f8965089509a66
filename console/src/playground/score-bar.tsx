/** A score with the threshold from which on it is a finding. */
export function ScoreBar({
  name,
  score,
  threshold,
}: {
  readonly name: string;
  readonly score: number;
  readonly threshold: number | null;
}) {
  const over = threshold === null ? score > 0 : score >= threshold;
  const says = threshold === null ? score.toFixed(2) : `${score.toFixed(2)}, a finding from ${threshold.toFixed(2)} on`;
  return (
    <div
      className={`score-bar${over ? ' over' : ''}`}
      role="meter"
      aria-label={`Score of ${name}`}
      aria-valuemin={0}
      aria-valuemax={1}
      aria-valuenow={score}
      aria-valuetext={says}
      title={says}
    >
      <span className="score-fill" style={{ width: `${Math.max(0, Math.min(1, score)) * 100}%` }} />
      {threshold !== null && <span className="score-threshold" style={{ left: `${threshold * 100}%` }} />}
    </div>
  );
}
