import type { IncomingHttpHeaders } from 'node:http';
import type { Conversation, ToolDefinition } from '../../conversation/conversation.ts';
import type { Segment } from '../../conversation/segment.ts';
import { callStops } from '../../conversation/call-stops.ts';
import type { Principal } from '../../core/principal.ts';
import type { Decision } from '../../core/verdict.ts';
import { CallGate } from './call-gate.ts';
import { withoutWritten } from '../../flow/scope/scope-call.ts';
import { declareTools } from '../../flow/rules/declare-tools.ts';
import { recordHistory } from './call-record.ts';
import type { FlowEngine } from './flow-engine.ts';
import { flowTools, readFlowEvents } from './flow-events.ts';
import type { FlowMemory } from './flow-memory.ts';

/** Header by which a caller says which texts of its user messages are documents: ids of segments, separated by commas. */
export const DOCUMENTS_HEADER = 'x-parapet-documents';

const MOST_DOCUMENTS = 1024;

export interface GateContext {
  readonly engine: FlowEngine;
  readonly memory: FlowMemory;
  readonly principal: Principal;
  readonly record: (decision: Decision) => void;
  /** Id of the exchange, for who is asked for consent. */
  readonly exchange?: string;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

/**
 * What decides the tool calls of the answer to a request; null where there is nothing to decide. An answer with calls to a request that
 * offers no tools has one as well: no tool of such a call is on offer.
 * @param body the request as parsed. @param files texts that were taken out of its files.
 * @param offered the tools as the caller offers them, with arguments that the model does not see.
 */
export function openGate(
  context: GateContext,
  conversation: Conversation,
  body: unknown,
  files: readonly Segment[],
  headers: IncomingHttpHeaders,
  offered: readonly ToolDefinition[] = conversation.tools,
): CallGate | null {
  const { engine, memory, principal, record, exchange, signal } = context;
  const { settings } = engine;
  if (settings.mode === 'off' || callStops(conversation.surface) === null) return null;
  const tools = declareTools(flowTools(offered, settings), engine.rules);
  const parts = {
    ...engine,
    memory,
    principal,
    tools,
    record,
    ...(exchange === undefined ? {} : { exchange }),
    ...(signal === undefined ? {} : { signal }),
  };
  // Where nothing can be called and nothing is kept, nobody will ask what was shown.
  if (tools.length === 0 && conversation.surface !== 'openai-responses') return new CallGate({ ...parts, events: [] });
  const previous = conversation.previous === null ? null : memory.history(principal.id, conversation.previous);
  const { events, unknown } = readFlowEvents(
    conversation,
    body,
    files,
    {
      before: conversation.previous === null ? [] : (previous?.events ?? null),
      knowsTexts: (texts) => memory.signer.knowsTexts(principal.id, texts),
      knowsCall: (call) => memory.signer.knowsCall(principal.id, call),
      callById: (id) => memory.call(principal.id, id),
    },
    {
      settings,
      outputs: engine.outputs,
      documents: documentsIn(headers),
      ...(engine.rules === null ? {} : { own: (tool, args) => withoutWritten(args, engine.rules!.scopes(tool)) }),
    },
  );
  if (unknown > 0) record(recordHistory(unknown, settings.mode));
  return new CallGate({ ...parts, events });
}

/** For an answer that the provider has kept: decided on what is still known of its request. */
export function reopenGate(context: GateContext, response: string): CallGate | null {
  const { engine, memory, principal, record, signal } = context;
  if (engine.settings.mode === 'off') return null;
  const kept = memory.history(principal.id, response);
  return new CallGate({
    ...engine,
    memory,
    principal,
    record,
    ...(signal === undefined ? {} : { signal }),
    tools: kept?.tools ?? [],
    events: kept?.before ?? [{ kind: 'document', text: '' }],
  });
}

function documentsIn(headers: IncomingHttpHeaders): ReadonlySet<string> {
  const value = headers[DOCUMENTS_HEADER];
  if (typeof value !== 'string') return new Set();
  return new Set(
    value
      .split(',', MOST_DOCUMENTS)
      .map((id) => id.trim())
      .filter((id) => id !== ''),
  );
}
