import { setTimeout as sleep } from 'node:timers/promises';
import type { ApprovalContent } from '../approvals/approval-queue.ts';
import type { Decision } from '../core/verdict.ts';
import type { RuledArgument, StoppedCall, StoppedCalls } from '../demo/assistant/stopped-call.ts';
import { pathName } from '../flow/decide.ts';
import { leavesOf } from '../flow/flow-state.ts';
import type { Runtime } from '../gateway/runtime.ts';

/** The record of an exchange is in the store a moment after its answer has left. */
const LOOKS = 150;
const LOOK_MILLIS = 20;

/** What the gateway's own record and its queue of approvals say of calls that it stopped: what the console shows of them. */
export function createStoppedCalls({ store, approvals }: Pick<Runtime, 'store' | 'approvals'>): StoppedCalls {
  const decisionsOf = async (id: string): Promise<readonly Decision[]> => {
    for (let look = 0; look < LOOKS; look++) {
      const found = await store.exchange(id);
      if (found !== null) return found.exchange.decisions;
      await sleep(LOOK_MILLIS);
    }
    return [];
  };
  return async (id) => {
    const stopped = (await decisionsOf(id)).filter(isStoppedCall);
    return Promise.all(
      stopped.map(async (decision): Promise<StoppedCall> => {
        const asked = /\bap_[0-9a-f]{24}\b/.exec(decision.reason ?? '')?.[0];
        const row = asked === undefined ? null : await approvals.find(asked);
        const content = row === null ? null : approvals.contentOf(row);
        const [name, verdict, reason] = readReason(decision);
        return {
          name,
          verdict,
          rule: decision.rule.replace(/^flow\//, ''),
          reason: content?.decision.reason ?? reason,
          args: content === null ? fromEvidence(decision) : fromContent(content),
          approval: row === null || content === null ? null : approvals.linkTo(row.id),
        };
      }),
    );
  };
}

function isStoppedCall({ detector, stage, action, mode }: Decision): boolean {
  return detector === 'flow' && stage === 'output' && action === 'block' && mode === 'enforce';
}

/** `transfer: denied. You did not …`, as a call's record puts it. */
function readReason({ reason = '' }: Decision): readonly [name: string, verdict: StoppedCall['verdict'], why: string] {
  const [, name = 'a tool', said, why = reason] = /^([^:]*): (needs consent|denied)\. (.*)$/s.exec(reason) ?? [];
  return [name, said === 'needs consent' ? 'approve' : 'deny', why];
}

function fromContent({ args, decision }: ApprovalContent): readonly RuledArgument[] {
  return [...leavesOf(args)].flatMap(({ path, value }) => {
    const name = pathName(path);
    const flow = decision.args[name];
    return flow === undefined ? [] : [{ path: name, value: String(value), from: flow.from, verdict: flow.verdict }];
  });
}

/** `recipient "to" comes from somebody else's text:` of `transfer.to`. */
function fromEvidence({ evidence }: Decision): readonly RuledArgument[] {
  return evidence.map(({ message, segment, severity }) => ({
    path: segment.slice(segment.indexOf('.') + 1),
    value: null,
    from: /comes from (.*?):?$/.exec(message)?.[1] ?? message,
    verdict: severity === 'high' ? 'deny' : severity === 'medium' ? 'approve' : 'allow',
  }));
}
