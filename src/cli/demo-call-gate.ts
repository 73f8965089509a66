import type { CallGate, Ruling } from '../demo/assistant/call-gate.ts';
import { SIGNED_IN } from '../demo/bank/seed.ts';
import { decide, type FlowRuling, pathName } from '../flow/decide.ts';
import { FlowCache } from '../flow/flow-cache.ts';
import { leavesOf } from '../flow/flow-state.ts';
import type { FlowCall, FlowTool } from '../flow/history.ts';
import { readChatMessages } from '../flow/read-chat-messages.ts';
import { createCallApprovals } from '../approvals/flow-approvals.ts';
import type { Runtime } from '../gateway/runtime.ts';

/** Arguments that say whose data it is: they have to be the signed-in customer's. */
const SUBJECTS: Readonly<Record<string, string>> = { get_customer: 'customer' };
const PRINCIPAL = { id: 'bank-assistant', kind: 'key', team: 'demo', claims: { sub: SIGNED_IN } } as const;

/**
 * The decision on tool calls for the demo's assistant, on what its model had been shown: the same decision and the same queue of
 * approvals that the gateway uses.
 */
export function createDemoCallGate(runtime: Pick<Runtime, 'approvals' | 'generation'>): CallGate {
  const cache = new FlowCache();
  const approvals = createCallApprovals(runtime.approvals, () => runtime.generation.loaded.config.approvals.waitFor);
  return {
    async rule(history, tools, made) {
      const call: FlowCall = {
        kind: 'call',
        id: made.id,
        tool: made.function.name,
        args: argumentsOf(made.function.arguments),
      };
      const offered = tools.map(({ function: { name, description, parameters } }): FlowTool => {
        return { name, description, schema: parameters };
      });
      const { state, book } = cache.view(readChatMessages(history), offered);
      const decision = ownData(call) ?? decide(state, call, book, { profile: 'strict' });
      if (decision.verdict === 'allow') return rulingOf(call, decision, true, null, '');
      if (decision.verdict === 'deny') {
        const error = `blocked by policy ${decision.rule}: ${decision.reason} Do not repeat this call. Go on with the rest.`;
        return rulingOf(call, decision, false, null, error);
      }
      const user = history.findLast(({ role }) => role === 'user');
      const answer = await approvals.request(decision, call, PRINCIPAL, { run: String(user?.content ?? '') });
      if (answer.status === 'approved') return rulingOf(call, decision, true, null, '');
      return answer.status === 'pending'
        ? rulingOf(call, decision, false, answer.link, `blocked by policy ${decision.rule}: ${answer.notice}`)
        : rulingOf(call, decision, false, null, `blocked by policy ${decision.rule}: ${answer.reason}`);
    },
  };
}

/** Denies a call for somebody else's data; null when it is not one. */
function ownData({ tool, args }: FlowCall): FlowRuling | null {
  const subject = SUBJECTS[tool];
  if (subject === undefined || args?.[subject] === SIGNED_IN) return null;
  return {
    verdict: 'deny',
    rule: 'subject',
    reason: `"${subject}" is not the customer who is signed in.`,
    args: {
      [subject]: {
        tier: 'U',
        role: 'id',
        from: `the question; this session belongs to customer ${SIGNED_IN}`,
        verdict: 'deny',
        rule: 'subject',
      },
    },
  };
}

function argumentsOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function rulingOf(
  call: FlowCall,
  decision: FlowRuling,
  passes: boolean,
  approval: string | null,
  error: string,
): Ruling {
  const args = [...leavesOf(call.args)].flatMap(({ path, value }) => {
    const flow = decision.args[pathName(path)];
    if (flow === undefined) return [];
    return [{ path: pathName(path), value: String(value), from: flow.from, verdict: flow.verdict }];
  });
  const { verdict, rule, reason } = decision;
  return { passes, verdict, rule, reason, args, approval, error };
}
