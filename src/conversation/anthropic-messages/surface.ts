import type { Surface } from '../surface.ts';
import { parseMessagesRequest } from './request.ts';
import { parseMessagesResponse } from './response.ts';
import { MessagesStreamReader } from './stream.ts';

/** `POST /v1/messages`. */
export const anthropicMessages: Surface = {
  id: 'anthropic-messages',
  dialect: 'anthropic',
  path: '/messages',
  generates: true,
  parseRequest: (body) => parseMessagesRequest(body, 'anthropic-messages'),
  parseResponse: parseMessagesResponse,
  createStreamReader: (conversation) => new MessagesStreamReader(conversation),
};
