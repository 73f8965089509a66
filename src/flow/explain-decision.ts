import type { FlowDecision } from './decide.ts';
import type { FlowVerdict } from './sink-table.ts';
import type { Tier } from './tier.ts';

/** What a tier means, for a person. */
export const TIER_WORDS: Readonly<Record<Tier, string>> = {
  U: 'your own words',
  T: 'a source that nobody else writes, or what you designated',
  S: 'a field of a record that your words point to',
  F: 'a field that nothing of yours points to',
  D: 'the inside of a text that you named',
  X: "the inside of somebody else's text",
  N: 'nowhere: computed or made up',
};

export interface ExplainedDecision {
  readonly verdict: FlowVerdict;
  readonly rule: string;
  readonly reason: string;
  readonly args: readonly {
    readonly path: string;
    readonly tier: Tier;
    readonly means: string;
    readonly from: string;
    readonly role: string;
    readonly verdict: FlowVerdict;
    readonly rule: string;
  }[];
  /** Everything that speaks against the call, and what would have to be different. */
  readonly causes: readonly {
    readonly verdict: FlowVerdict;
    readonly rule: string;
    readonly reason: string;
    readonly instead: string;
  }[];
}

/** A decision with what would have to be different for the call to go through by itself. */
export function explainDecision(decision: FlowDecision): ExplainedDecision {
  const { verdict, rule, reason, args, causes } = decision;
  return {
    verdict,
    rule,
    reason,
    args: Object.entries(args).map(([path, { tier, from, role, verdict: own, rule: by }]) => ({
      path,
      tier,
      means: TIER_WORDS[tier],
      from,
      role,
      verdict: own,
      rule: by,
    })),
    causes: causes.map((cause) => ({
      verdict: cause.verdict,
      rule: cause.rule,
      reason: cause.reason,
      instead: insteadOf(cause.rule, cause.path),
    })),
  };
}

const INSTEAD: readonly (readonly [RegExp, (value: string) => string])[] = [
  [/^arguments$/, () => 'The arguments have to be one JSON object of a reasonable size.'],
  [
    /^(?:external|pay)-recipient$/,
    (value) => `You name ${value} yourself, or it stands in a source that the operator calls first-party (firstParty).`,
  ],
  [/^internal-recipient$/, (value) => `You name ${value}, or it is a whole field or entry of a listing.`],
  [/^secure-recipient$|^secret$|^post-url$/, (value) => `You name ${value} yourself.`],
  [/-url$/, (value) => `You name ${value} yourself, or it stands in a first-party source.`],
  [/-id$|^destroy-name$/, (value) => `You name ${value}, or your words point to the one record that it is a field of.`],
  [/^book-target$/, (value) => `You name ${value}, or it is a whole field of a result.`],
  [/^book-date$/, (value) => `You name the day of ${value}.`],
  [
    /^pay-amount$/,
    (value) => `You name ${value}, or it comes of amounts that you named or of a record that you point to.`,
  ],
  [/^code$/, () => 'No piece of it comes from a text of somebody else.'],
  [/^licence-unread$/, () => 'The operator declares the words for it in your language (licences).'],
  [/^licence-delegated$/, () => 'You say yourself what is to be done, and not that a text says it.'],
  [
    /^licence$/,
    () =>
      'You ask for it: with a verb for the act, and what it is to act on. The operator can declare more words (licences).',
  ],
  [/^own-record$/, (value) => `You name ${value} yourself.`],
  [/^borrowed-recipient$/, (value) => `You name the recipient, or ${value} is no text of somebody else.`],
  [/^content-address$/, () => 'What goes out carries no address that you did not name.'],
  [/^content-sensitive$/, () => 'You name that kind of data when you ask for it to be sent.'],
  [/^content-quoted$/, () => 'You ask for the text that it repeats.'],
  [/^trifecta$/, () => 'It goes to somebody whom you name, or nothing private was read before.'],
  [/^readers$/, (value) => `You name ${value}, or it is one of the people whom the record names.`],
  [/^secret-read$/, () => 'Nothing secret was read in this conversation.'],
  [/^query-carries$/, (value) => `Nothing that was read in private stands in ${value}.`],
  [/^budget-/, () => 'You ask again in a new turn, or the operator raises the budget (budgets).'],
];

function insteadOf(rule: string, path: string | undefined): string {
  const value = path === undefined ? 'the value' : `"${path}"`;
  const found = INSTEAD.find(([pattern]) => pattern.test(rule));
  return found === undefined ? `A rule of the operator asks for it: ${rule}.` : found[1](value);
}
