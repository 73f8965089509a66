import type { Conversation } from '../conversation/conversation.ts';

/** A conversation to read a stored response's stream by: nothing of the request is known any more. */
export const RETRIEVAL: Conversation = {
  surface: 'openai-responses',
  model: '',
  stream: true,
  segments: [],
  tools: [],
  answerSchema: null,
  maxOutputTokens: null,
  choices: 1,
  previous: null,
  usageRequested: true,
};
