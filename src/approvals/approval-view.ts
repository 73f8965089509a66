import { type ArgumentFlow, pathName } from '../flow/decide.ts';
import { leavesOf } from '../flow/flow-state.ts';
import type { ApprovalRow } from '../store/approval-table.ts';
import { hidesSomething, reveal, type RevealedPiece } from '../text/reveal.ts';
import type { ApprovalContent } from './approval-queue.ts';

/** A request for consent, as lists show it. */
export type ApprovalSummary = Omit<ApprovalRow, 'sealed' | 'hash'> & {
  /** Whether this administrator may decide on it, and why not. */
  readonly forbidden: string | null;
};

export interface ApprovalArgument {
  /** `recipients[0]` */
  readonly path: string;
  readonly value: readonly RevealedPiece[];
  /** There are characters in it that a reader could miss or mistake. */
  readonly hides: boolean;
  readonly role: ArgumentFlow['role'] | null;
  readonly tier: ArgumentFlow['tier'] | null;
  /** Where the value comes from, in words. */
  readonly from: readonly RevealedPiece[] | null;
  readonly verdict: ArgumentFlow['verdict'] | null;
  readonly rule: string | null;
}

/** `GET /api/approvals/:id` */
export interface ApprovalView extends ApprovalSummary {
  readonly hash: string;
  /** What is asked; null when the request is over, since its content is not kept. */
  readonly content: {
    readonly reason: readonly RevealedPiece[];
    readonly args: readonly ApprovalArgument[];
    /** All of the arguments (for a review: the request) as JSON. */
    readonly whole: readonly RevealedPiece[];
  } | null;
}

const MOST_LEAVES = 512;

export function summaryOf(row: ApprovalRow, forbidden: string | null): ApprovalSummary {
  const { sealed, hash, ...shown } = row;
  void sealed;
  void hash;
  return { ...shown, forbidden };
}

export function viewOf(row: ApprovalRow, content: ApprovalContent | null, forbidden: string | null): ApprovalView {
  return { ...summaryOf(row, forbidden), hash: row.hash, content: content === null ? null : contentView(row, content) };
}

function contentView({ kind }: ApprovalRow, { args, decision }: ApprovalContent): ApprovalView['content'] {
  const rows = kind === 'call' ? [...leavesOf(args)].slice(0, MOST_LEAVES) : [];
  return {
    reason: reveal(decision.reason),
    args: rows.map(({ path, value }) => argument(pathName(path), value, decision.args[pathName(path)])),
    whole: reveal(JSON.stringify(args, null, 2)),
  };
}

function argument(path: string, value: unknown, flow: ArgumentFlow | undefined): ApprovalArgument {
  const pieces = reveal(typeof value === 'string' ? value : JSON.stringify(value));
  return {
    path,
    value: pieces,
    hides: hidesSomething(pieces),
    role: flow?.role ?? null,
    tier: flow?.tier ?? null,
    from: flow === undefined ? null : reveal(flow.from),
    verdict: flow?.verdict ?? null,
    rule: flow?.rule ?? null,
  };
}
