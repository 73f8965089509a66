import { createHmac } from 'node:crypto';
import type { FlowRuling } from '../flow/decide.ts';
import type { ApprovalTerms } from '../flow/rules/compile-rules.ts';
import { canonicalJson } from '../text/json/canonical-json.ts';

/** What a consent is given to, and to nothing else. */
export interface Asked {
  readonly kind: 'call' | 'review';
  /** Name of the tool; for a review the surface. */
  readonly tool: string;
  /** Arguments of the call; for a review the request's body. Undefined where they are no JSON object. */
  readonly args: unknown;
  /** Id of the principal. */
  readonly principal: string;
  /**
   * What keeps two runs of one principal apart, and is the same when an agent repeats its call: an id of the session, or a hash
   * of the user's turns. The id of an exchange is not: the repetition comes in another one.
   */
  readonly run: string;
  readonly decision: FlowRuling;
  /** Who has to agree: with other terms it is another request. */
  readonly terms?: ApprovalTerms | null;
}

/**
 * Keyed hash over tool, canonical arguments (RFC 8785), principal, run and the decision with the tier of each argument. Keyed,
 * because arguments such as an amount could be guessed from a plain hash, and the ledger keeps it for ever.
 * @throws TypeError for arguments that JSON cannot write.
 */
export function bindingOf(key: Uint8Array, asked: Asked): string {
  const { verdict, rule, args } = asked.decision;
  const tiers = Object.fromEntries(
    Object.entries(args).map(([path, { tier, role, rule: row }]) => [path, [tier, role, row]]),
  );
  const bound = [
    'parapet approval v2',
    asked.kind,
    asked.tool,
    asked.args ?? null,
    asked.principal,
    asked.run,
    { verdict, rule, tiers },
    terms(asked),
  ];
  return createHmac('sha256', key).update(canonicalJson(bound)).digest('hex');
}

function terms({ terms: said }: Asked): unknown {
  return said ? [said.by.toSorted(), said.people, said.expiresIn] : null;
}
