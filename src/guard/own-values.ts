import { isPromise } from '../core/drive.ts';
import type { Finding } from '../core/finding.ts';
import type { Inspector, Subject } from '../detect/detector.ts';
import type { DecisionLog } from './decision-log.ts';
import type { ExchangeVault } from './exchange-vault.ts';
import type { Rule } from './rule.ts';

/** True when some rule wants what it finds in a request restored in the answer. */
export function restoresSomething(rules: readonly Rule[]): boolean {
  return rules.some(isReversible);
}

export function isReversible(rule: Rule): boolean {
  return rule.restore === true && rule.action === 'redact' && rule.mode === 'enforce' && rule.on.includes('input');
}

/**
 * The rules as they judge an answer in which values are restored. A value that a detector found in the caller's own texts
 * and that goes back to the caller is no finding of the same detector: the operator asked for it back. Every other
 * detector judges the answer as the client will see it, and so does this one everything around the value.
 */
export function bindVault(rules: readonly Rule[], vault: ExchangeVault): readonly Rule[] {
  const reversible = new Set(rules.filter(isReversible).map(({ detector }) => detector));
  return rules.map((rule) =>
    rule.on.includes('output') && reversible.has(rule.detector)
      ? { ...rule, inspector: exceptOwn(rule.inspector, rule.detector, vault) }
      : rule,
  );
}

/** Writes down, beside each rule that restores, how many of its values went back; never which. */
export function noteRestored(rules: readonly Rule[], vault: ExchangeVault, log: DecisionLog): void {
  if (vault.restored.size === 0) return;
  for (const rule of rules.filter(isReversible)) {
    const count = [...vault.restored].filter(({ detector }) => detector === rule.detector).length;
    if (count > 0) log.remark(rule, 'output', count === 1 ? '1 value was restored' : `${count} values were restored`);
  }
}

function exceptOwn(inspector: Inspector, detector: string, vault: ExchangeVault): Inspector {
  const others = (text: string, findings: readonly Finding[]): readonly Finding[] => {
    if (findings.length === 0 || vault.size === 0) return findings;
    return findings.filter(({ span }) => !vault.holds(detector, text.slice(span.start, span.end)));
  };
  const filter = (
    text: string,
    subject: Subject,
    findings: readonly Finding[] | Promise<readonly Finding[]>,
  ): readonly Finding[] | Promise<readonly Finding[]> => {
    if (subject.stage !== 'output') return findings;
    return isPromise(findings) ? findings.then((found) => others(text, found)) : others(text, findings);
  };
  const { streaming } = inspector;
  return {
    ...inspector,
    inspect: (text, subject) => filter(text, subject, inspector.inspect(text, subject)),
    ...(streaming === undefined
      ? {}
      : {
          streaming: {
            ...streaming,
            holdFrom: (text: string) => streaming.holdFrom(text),
            overdue: (text: string, from: number) => streaming.overdue(text, from),
            ...(streaming.follow === undefined
              ? {}
              : {
                  follow(text: string, subject: Subject) {
                    const { findings, holdFrom } = streaming.follow!(text, subject);
                    return { findings: filter(text, subject, findings), holdFrom };
                  },
                }),
          },
        }),
  };
}
