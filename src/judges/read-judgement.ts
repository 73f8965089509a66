import { Fault } from '../core/fault.ts';
import { readJson } from '../text/json/read-json.ts';

const LIMITS = { bytes: 16 * 1024, depth: 8, items: 64 };
/** A whole answer in a code block is still nothing but the object. */
const FENCED = /^```(?:json)?[ \t]*\r?\n([\s\S]*?)\r?\n?```$/i;

export interface ChatAnswer {
  readonly content: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/**
 * Reads a chat completion's text and usage.
 * @throws Fault `ERR_CHECK_FAILED` when it is none, or was cut off or refused.
 */
export function readChatAnswer(body: unknown): ChatAnswer {
  const choices = field(body, 'choices');
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const content = field(field(choice, 'message'), 'content');
  if (typeof content !== 'string') throw malformed('has no text');
  const finish = field(choice, 'finish_reason');
  if (finish === 'length') throw malformed('was cut off before its end');
  if (finish === 'content_filter') throw malformed('was withheld by the provider');
  const usage = field(body, 'usage');
  return {
    content,
    inputTokens: tokens(field(usage, 'prompt_tokens')),
    outputTokens: tokens(field(usage, 'completion_tokens')),
  };
}

/**
 * Reads what a judge said. Nothing but the object that was asked for counts: an object inside other words may be one that
 * the judged text holds.
 * @throws Fault `ERR_CHECK_FAILED`; the message does not quote the answer.
 */
export function readJudgement(content: string, code: string): number {
  const trimmed = content.trim();
  const inner = FENCED.exec(trimmed)?.[1] ?? trimmed;
  let value: unknown;
  try {
    value = readJson(Buffer.from(inner, 'utf8'), LIMITS);
  } catch (cause) {
    throw new Fault('ERR_CHECK_FAILED', "The judge's answer is not the JSON object that was asked for.", { cause });
  }
  if (field(value, 'code') !== code) throw malformed('does not repeat its code');
  const score = field(value, 'score');
  if (typeof score !== 'number' || !(score >= 0 && score <= 1)) throw malformed('has no score from 0 to 1');
  return score;
}

function malformed(what: string): Fault {
  return new Fault('ERR_CHECK_FAILED', `The judge's answer ${what}.`);
}

function field(value: unknown, name: string): unknown {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

function tokens(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}
