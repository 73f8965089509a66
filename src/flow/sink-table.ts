import { isExternal, type ValueKind } from './canonical.ts';
import type { Tier } from './tier.ts';
import type { ArgumentRole } from './tool-profile.ts';
import type { Act } from './verbs.ts';

export const VERDICTS = ['allow', 'approve', 'deny'] as const;
export type FlowVerdict = (typeof VERDICTS)[number];

/**
 * `strict`: a field of a structured result names nobody outside; whoever filled the field could have been anybody.
 * `default`: a field of a record that the user's words point to does.
 */
export const PROFILES = ['strict', 'default'] as const;
export type FlowProfile = (typeof PROFILES)[number];

/** The stricter of two. */
export function stricterVerdict(a: FlowVerdict, b: FlowVerdict): FlowVerdict {
  return VERDICTS.indexOf(a) >= VERDICTS.indexOf(b) ? a : b;
}

/** What each tier gets: tiers up to `allow`, then up to `approve`, then nothing. */
interface Needs {
  readonly rule: string;
  readonly allow: readonly Tier[];
  readonly approve: readonly Tier[];
}

const ANY: Needs = { rule: 'free', allow: ['U', 'T', 'S', 'F', 'D', 'X', 'N'], approve: [] };

/** What is asked of one argument, by what the tool does and what the argument is for. */
export function needsOf(act: Act, role: ArgumentRole, kind: ValueKind, profile: FlowProfile): Needs {
  switch (role) {
    case 'recipient':
      return recipient(act, kind, profile);
    case 'url':
      if (act === 'read') return { rule: 'fetch-url', allow: ['U', 'T', 'S'], approve: ['F', 'D', 'X'] };
      if (act === 'send' || act === 'share') return { rule: 'post-url', allow: ['U'], approve: ['T', 'S'] };
      return { rule: 'write-url', allow: ['U', 'T'], approve: ['S', 'F', 'D'] };
    case 'id':
      if (act === 'read') return ANY;
      if (act === 'destroy') return { rule: 'destroy-id', allow: ['U', 'T', 'S'], approve: ['F', 'D'] };
      if (act === 'share') return { rule: 'share-id', allow: ['U', 'T', 'S'], approve: ['F', 'D'] };
      // What nobody wrote cannot have been chosen by anybody else, but may be wrong: a person looks.
      return { rule: `${act}-id`, allow: ['U', 'T', 'S', 'F'], approve: ['D', 'N'] };
    case 'secret':
      return act === 'read' ? ANY : { rule: 'secret', allow: ['U'], approve: [] };
    case 'amount':
      return act === 'pay' ? { rule: 'pay-amount', allow: ['U', 'T', 'S', 'F', 'D'], approve: ['X', 'N'] } : ANY;
    case 'name':
      if (act === 'book') return { rule: 'book-target', allow: ['U', 'T', 'S', 'F'], approve: ['D', 'N'] };
      if (act === 'destroy') return { rule: 'destroy-name', allow: ['U', 'T', 'S'], approve: ['F', 'D'] };
      return ANY;
    case 'date':
      return act === 'book' ? { rule: 'book-date', allow: ['U', 'T'], approve: ['S', 'F', 'D', 'X', 'N'] } : ANY;
    case 'code':
    case 'content':
    case 'choice':
    case 'query':
    case 'other':
      return ANY;
  }
}

function recipient(act: Act, kind: ValueKind, profile: FlowProfile): Needs {
  const linked: readonly Tier[] = profile === 'default' ? ['S'] : [];
  if (act === 'read') return ANY;
  if (act === 'pay') return { rule: 'pay-recipient', allow: ['U', 'T', ...linked], approve: ['S', 'F', 'D'] };
  if (act === 'secure') return { rule: 'secure-recipient', allow: ['U'], approve: ['T', 'S', 'F'] };
  if (isExternal(kind))
    return { rule: 'external-recipient', allow: ['U', 'T', ...linked], approve: ['S', 'F', 'D', 'N'] };
  return { rule: 'internal-recipient', allow: ['U', 'T', 'S', 'F'], approve: ['D', 'N'] };
}

export function verdictOf(needs: Needs, tier: Tier): FlowVerdict {
  if (needs.allow.includes(tier)) return 'allow';
  return needs.approve.includes(tier) ? 'approve' : 'deny';
}

/** True for an argument by which something is reached, changed or paid: whose choice matters even when nothing asked for the act. */
export function isCritical(role: ArgumentRole): boolean {
  return role === 'recipient' || role === 'url' || role === 'id' || role === 'secret' || role === 'code';
}
