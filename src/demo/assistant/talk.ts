import type { ToolOffer } from '../bank/bank-tools.ts';
import type { ChatMessage } from './chat-message.ts';

export interface ModelRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ToolOffer[];
  /** Names this call, so that it can be found again where it arrives. */
  readonly user: string;
}

export interface ModelError {
  readonly message: string;
  readonly code: string | null;
}

/** What a stream has said so far. */
export interface Gathered {
  text: string;
  finish: string | null;
  error: ModelError | null;
  readonly calls: { id: string; name: string; arguments: string }[];
}

/** How one provider's API is spoken by the assistant: always streaming, always with tools. */
export interface Talk {
  /** Below the version: `/chat/completions`. */
  readonly path: string;
  headers(key: string): Readonly<Record<string, string>>;
  body(request: ModelRequest): object;
  /** Adds what one event says; returns the words in it. */
  gather(into: Gathered, event: Row): string;
}

export type Row = Readonly<Record<string, unknown>>;

export const row = (value: unknown): Row => (typeof value === 'object' && value !== null ? (value as Row) : {});

export const rows = (value: unknown): readonly Row[] => (Array.isArray(value) ? value.map(row) : []);

export function parseRow(text: string): Row {
  try {
    return row(JSON.parse(text));
  } catch {
    return {};
  }
}

/** The error in a body or an event. OpenAI says what it is in `code`, Anthropic in `details.error_code` or `type`. */
export function errorIn(body: Row, otherwise: string): ModelError {
  const error = row(body['error']);
  const code = error['code'] ?? row(error['details'])['error_code'] ?? error['type'];
  return {
    message: typeof error['message'] === 'string' ? error['message'] : otherwise,
    code: typeof code === 'string' ? code : null,
  };
}
