import type { Surface } from '../surface.ts';
import { parseCompletionsRequest } from './request.ts';
import { parseCompletionsResponse } from './response.ts';
import { CompletionsStreamReader } from './stream.ts';

/** `POST /v1/completions`, the older form that many local models still serve. */
export const openaiCompletions: Surface = {
  id: 'openai-completions',
  dialect: 'openai',
  path: '/completions',
  generates: true,
  parseRequest: parseCompletionsRequest,
  parseResponse: parseCompletionsResponse,
  createStreamReader: (conversation) => new CompletionsStreamReader(conversation),
};
