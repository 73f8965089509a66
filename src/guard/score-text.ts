import { drive, type Steps, wait } from '../core/drive.ts';
import type { Finding } from '../core/finding.ts';
import type { Inspector, Subject } from '../detect/detector.ts';
import { failureReason } from './failure-reason.ts';

/** A detector to run over texts outside any rule. */
export interface ScoredDetector {
  readonly id: string;
  readonly inspector: Inspector;
  /** What the detector is told about each text. */
  readonly subject: Subject;
}

export interface ScoredText {
  /**
   * By detector, 0 to 1: what it measured where it measures; else the highest score among its findings, 1 for an exact
   * match, 0 when it found nothing. Detectors that do not look at such texts, and those that failed, are absent.
   */
  readonly scores: Readonly<Record<string, number>>;
  readonly findings: readonly (Finding & { readonly detector: string })[];
  /** Detectors that failed, with the reason: nobody knows what they would have found. */
  readonly failed: Readonly<Record<string, string>>;
  /** Milliseconds by detector. */
  readonly millis: Readonly<Record<string, number>>;
}

/** Runs detectors over one text, each by itself, without a decision. Never throws: failures are told apart. */
export function scoreText(detectors: readonly ScoredDetector[], text: string): ScoredText | Promise<ScoredText> {
  return drive(scoring(detectors, text));
}

function* scoring(detectors: readonly ScoredDetector[], text: string): Steps<ScoredText> {
  const scores: Record<string, number> = {};
  const findings: (Finding & { readonly detector: string })[] = [];
  const failed: Record<string, string> = {};
  const millis: Record<string, number> = {};
  for (const { id, inspector, subject } of detectors) {
    const began = performance.now();
    try {
      const found = yield* wait(inspector.inspect(text, subject));
      for (const finding of found) findings.push({ detector: id, ...finding });
      const score = inspector.score === undefined ? highest(found) : yield* wait(inspector.score(text, subject));
      if (score !== null) scores[id] = score;
    } catch (error) {
      failed[id] = failureReason(error);
    }
    millis[id] = Math.round((performance.now() - began) * 1000) / 1000;
  }
  return { scores, findings, failed, millis };
}

function highest(findings: readonly Finding[]): number {
  let most = 0;
  for (const { score } of findings) most = Math.max(most, score ?? 1);
  return most;
}
