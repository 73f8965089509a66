import type { ToolCall, Turn } from './turn.ts';

/** What the model answers, ready to be put into a provider's format. */
export interface Reply {
  readonly id: string;
  readonly model: string;
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** One provider's format: how a request is read and an answer written. */
export interface DialectFormat {
  /** Null when the body is not a request of this dialect; the string says why. */
  read(body: unknown): Turn | string;
  whole(reply: Reply): object;
  /** Server-sent events, each ended by a blank line. */
  stream(reply: Reply, turn: Turn): readonly string[];
  error(status: number, message: string): object;
}

type Row = Readonly<Record<string, unknown>>;

export const row = (value: unknown): Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Row) : {};

export const rows = (value: unknown): readonly Row[] => (Array.isArray(value) ? value.map(row) : []);

export const textOr = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);

/** Text of a content that is a string or a list of parts with a `text`. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  return rows(content)
    .map((part) => textOr(part['text'], ''))
    .filter((text) => text !== '')
    .join('\n');
}

/** Words with the space before them: the pieces in which an answer is streamed. */
export const wordsOf = (text: string): readonly string[] => text.match(/\s*\S+|\s+$/g) ?? [];
