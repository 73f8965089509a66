import { randomUUID } from 'node:crypto';
import { runTool, TOOL_OFFERS, CHANGING_TOOLS } from '../bank/bank-tools.ts';
import type { Bank } from '../bank/open-bank.ts';
import type { Dialect } from '../../conversation/surface.ts';
import type { Clock } from '../../core/clock.ts';
import { callModel } from './call-model.ts';
import type { Door } from './call-model.ts';
import type { ChatMessage } from './chat-message.ts';
import type { Route, RunEvent } from './run-event.ts';
import type { StoppedCall, StoppedCalls } from './stopped-call.ts';
import { SYSTEM_PROMPT } from './system-prompt.ts';
import { tellWhatHappened } from './tell-what-happened.ts';

export interface AssistantOptions {
  readonly bank: Bank;
  readonly model: string;
  /** Which API the model speaks. */
  readonly dialect: Dialect;
  readonly through: Door;
  /** Null: there is no way around the gateway. */
  readonly around: Door | null;
  /** The body that arrived at the model under this `user`, where that can be seen. */
  readonly seen: ((user: string) => string | null) | null;
  /** What the gateway says that it has stopped; absent, nothing can be told of it. */
  readonly stopped?: StoppedCalls | undefined;
  readonly clock: Clock;
}

export interface Question {
  /** Conversations are kept apart by this. */
  readonly session: string;
  readonly text: string;
  readonly route: Route;
}

export interface Assistant {
  /** Answers one question, calling tools as the model asks; tells every step to `tell`. Never throws. */
  run(question: Question, tell: (event: RunEvent) => void, signal: AbortSignal): Promise<void>;
  forget(): void;
}

const MAX_CALLS = 10;
const MAX_SESSIONS = 100;
const MAX_MESSAGES = 60;

/** The bank's assistant: an agent loop with no defence of its own. */
export function createAssistant(options: AssistantOptions): Assistant {
  const { bank, clock } = options;
  const sessions = new Map<string, readonly ChatMessage[]>();

  function remember(session: string, messages: readonly ChatMessage[]): void {
    sessions.delete(session);
    sessions.set(session, messages);
    const oldest = sessions.keys().next().value;
    if (sessions.size > MAX_SESSIONS && oldest !== undefined) sessions.delete(oldest);
  }

  async function run(question: Question, tell: (event: RunEvent) => void, signal: AbortSignal): Promise<void> {
    const door = question.route === 'through' ? options.through : options.around;
    const before = bank.state();
    const id = randomUUID();
    // What was said around the gateway is not carried through it.
    const session = `${question.route} ${question.session}`;
    const past = sessions.get(session) ?? [];
    const messages: ChatMessage[] = [
      ...(past.length > MAX_MESSAGES ? [] : past),
      { role: 'user', content: question.text },
    ];
    const sent: string[] = [];
    const users: string[] = [];
    const errors: { message: string; code: string | null }[] = [];
    const stopped: StoppedCall[] = [];
    let answered = '';
    let identified = true;

    for (let call = 1; door !== null && call <= MAX_CALLS && !signal.aborted; call += 1) {
      tell({ type: 'calling', call });
      const user = `demo-${id}-${call}`;
      const began = clock();
      const request = {
        model: options.model,
        messages: [{ role: 'system', content: SYSTEM_PROMPT } as const, ...messages],
        tools: TOOL_OFFERS,
        user,
      };
      const answer = await callModel(door, options.dialect, request, (text) => tell({ type: 'text', text }), signal);
      identified &&= answer.requestId !== null && answer.status !== 401;
      users.push(user);
      sent.push(answer.sent);
      answered += answer.text + answer.calls.map((made) => made.function.arguments).join('');
      tell({
        type: 'called',
        call,
        status: answer.status,
        requestId: answer.requestId,
        millis: clock() - began,
        tools: answer.calls.length,
        error: answer.error,
      });
      if (question.route === 'through' && answer.requestId !== null) {
        for (const one of (await options.stopped?.(answer.requestId)) ?? []) {
          // A model that does not know what became of its call makes it again.
          if (stopped.some((before) => JSON.stringify(before) === JSON.stringify(one))) continue;
          stopped.push(one);
          tell({ type: 'stopped', call: one });
        }
      }
      if (answer.error !== null) {
        errors.push(answer.error);
        break;
      }
      messages.push({
        role: 'assistant',
        content: answer.text === '' ? null : answer.text,
        ...(answer.calls.length === 0 ? {} : { tool_calls: answer.calls }),
      });
      if (answer.calls.length === 0) break;
      for (const { id: callId, function: made } of answer.calls) {
        const result = runTool(bank, made.name, made.arguments);
        const content = JSON.stringify(result);
        messages.push({ role: 'tool', tool_call_id: callId, content });
        const changed = CHANGING_TOOLS.has(made.name) && !('error' in result);
        tell({ type: 'tool', name: made.name, arguments: made.arguments, result: content, changed });
      }
    }

    // A question that was refused is not said again with the next one, or the conversation would be stuck on it.
    if (errors.length === 0) remember(session, messages);
    const after = bank.state();
    const bodies = options.seen === null ? null : users.map(options.seen).filter((body) => body !== null);
    tell({ type: 'bank', before, after });
    const facts = {
      route: question.route,
      asked: question.text,
      past: JSON.stringify(past),
      identified,
      sent,
      arrived: bodies,
      answered,
      errors,
      stopped,
      before,
      after,
    };
    tell({ type: 'told', lines: tellWhatHappened(facts) });
  }

  return { run, forget: () => sessions.clear() };
}
