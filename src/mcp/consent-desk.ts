import type { FlowCall } from '../flow/history.ts';
import { AwaitedAnswers } from './awaited-answers.ts';
import { approvalQuestion, type CallPlan } from './call-gate.ts';
import { canAskByForm, META, metaOf } from './protocol.ts';
import type { StateBinding } from './request-state.ts';
import { isObject, type JsonObject, resultText, type RpcId, type RpcRequest, type RpcResponse } from './rpc-message.ts';
import type { SessionParts } from './session-parts.ts';

/** The name under which the proxy's own question stands among a server's. */
export const APPROVAL = 'parapet-approval';
/** Milliseconds between two signs that the call is not forgotten. */
const SIGN_OF_LIFE = 10_000;

/** What became of the question whether a call may be made. `asked`: the client brings the answer in a request of its own. */
export type Consent =
  | { readonly status: 'yes'; readonly by: string }
  | { readonly status: 'no'; readonly why: string }
  | { readonly status: 'asked' };

export interface CallToAllow<Way> {
  readonly message: RpcRequest;
  readonly way: Way | null;
  readonly tool: string;
  readonly plan: CallPlan;
  readonly modern: boolean;
  readonly binding: StateBinding;
}

/**
 * Asks a person whether one call may be made: the client's user where the client can show a form, or people at the console. One
 * answer is for one call with these arguments; when nobody answers it is no.
 */
export class ConsentDesk<Way> {
  readonly #parts: SessionParts<Way>;
  readonly #capabilities: () => JsonObject;
  readonly #forms = new AwaitedAnswers();
  /** Calls that wait for a person, by the client's id: cancelling one is a no. */
  readonly #held = new Map<RpcId, () => void>();
  #counter = 0;

  constructor(parts: SessionParts<Way>, capabilities: () => JsonObject) {
    this.#parts = parts;
    this.#capabilities = capabilities;
  }

  async ask(call: CallToAllow<Way>): Promise<Consent> {
    const { config, people, rules } = this.#parts;
    const { message, tool, modern } = call;
    const capabilities = modern ? metaOf(message.params)[META.capabilities] : this.#capabilities();
    const { by = [], people: needed = 1 } = rules?.approval(tool) ?? {};
    // Of the client there is one user, and nobody knows whether it is the person that the operator has named.
    const others = by.length > 0 || needed > 1 || people?.needsTwo(tool) === true;
    const { approval } = config;
    if ((approval === 'client' || approval === 'any') && !others && canAskByForm(capabilities))
      return this.#askClient(call);
    if ((approval === 'queue' || approval === 'any') && people !== null) return this.#askPeople(call);
    const why = others ? 'It needs other people than the user of the client.' : 'No person could be asked.';
    return { status: 'no', why };
  }

  /** True when it answers a question of the proxy's own. */
  answered(message: RpcResponse): boolean {
    return this.#forms.settle(message);
  }

  /** True when the call was still waiting for a person. */
  cancelled(id: RpcId): boolean {
    const stop = this.#held.get(id);
    stop?.();
    return stop !== undefined;
  }

  close(): void {
    for (const stop of this.#held.values()) stop();
    this.#forms.close();
  }

  async #askClient({ message, way, tool, plan, modern, binding }: CallToAllow<Way>): Promise<Consent> {
    const { config, wires, server, states } = this.#parts;
    const question = approvalQuestion(server, tool, plan.args, plan);
    if (modern) {
      const requestState = states.seal(null, 'asked', binding);
      const inputRequests = { [APPROVAL]: { method: 'elicitation/create', params: { mode: 'form', ...question } } };
      wires.toClient(resultText(message.id, { resultType: 'input_required', inputRequests, requestState }), way, true);
      return { status: 'asked' };
    }
    const key = `parapet-approval-${++this.#counter}`;
    this.#held.set(message.id, () => this.#forms.giveUp(key));
    const answer = this.#forms.wait(key, config.approvalTimeout);
    const asked = { jsonrpc: '2.0', id: key, method: 'elicitation/create', params: question };
    wires.toClient(JSON.stringify(asked), way, false);
    const response = await answer;
    this.#held.delete(message.id);
    return isYes(response?.result)
      ? { status: 'yes', by: 'the user of the client' }
      : { status: 'no', why: 'The person who was asked did not say yes.' };
  }

  async #askPeople({ message, way, tool, plan }: CallToAllow<Way>): Promise<Consent> {
    const { people, principal, server, id, rules } = this.#parts;
    const { who } = principal;
    if (people === null || who === null)
      return { status: 'no', why: 'Nobody is known for whom people could be asked.' };
    const stop = new AbortController();
    this.#held.set(message.id, () => stop.abort());
    const alive = this.#signOfLife(message, way);
    try {
      const call: FlowCall = { kind: 'call', id: plan.digest, tool, args: plan.args };
      // The server and its definition are part of what is agreed to: another server's tool of this name is another call.
      const run = `mcp ${server} ${plan.tool} ${id}`;
      const { causes: _, act: __, ...decision } = plan.flow;
      const ruling = { ...decision, verdict: 'approve' as const, rule: plan.rule, reason: plan.reason };
      const consent = await people.request(ruling, call, who, {
        run,
        exchange: null,
        signal: stop.signal,
        terms: rules?.approval(tool) ?? null,
      });
      switch (consent.status) {
        case 'approved':
          return { status: 'yes', by: consent.by };
        case 'denied':
          return { status: 'no', why: consent.reason };
        case 'pending':
          return { status: 'no', why: consent.notice };
      }
    } finally {
      clearInterval(alive);
      this.#held.delete(message.id);
    }
  }

  /** Progress that keeps the client from giving the call up, where it has asked for some. */
  #signOfLife(message: RpcRequest, way: Way | null): NodeJS.Timeout | undefined {
    const { progressToken } = metaOf(message.params);
    if (typeof progressToken !== 'string' && typeof progressToken !== 'number') return undefined;
    let signs = 0;
    const tell = (): void => {
      // Small steps: what the server reports of the call itself comes behind and must be more (MCP, Progress).
      const params = { progressToken, progress: ++signs / 1e6, message: 'Waiting for a person to agree to the call.' };
      this.#parts.wires.toClient(
        JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params }),
        way,
        false,
      );
    };
    tell();
    const timer = setInterval(tell, SIGN_OF_LIFE);
    timer.unref();
    return timer;
  }
}

/** The answer to the proxy's question among those that a request brings (MCP 2026-07-28). */
export function saidYes(inputResponses: unknown): boolean {
  return isObject(inputResponses) && isYes(inputResponses[APPROVAL]);
}

function isYes(result: unknown): boolean {
  return (
    isObject(result) &&
    result['action'] === 'accept' &&
    isObject(result['content']) &&
    result['content']['allow'] === true
  );
}
