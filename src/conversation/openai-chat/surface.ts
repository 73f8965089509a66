import type { Surface } from '../surface.ts';
import { parseChatRequest } from './request.ts';
import { parseChatResponse } from './response.ts';
import { ChatStreamReader } from './stream.ts';

/** `POST /v1/chat/completions`. */
export const openaiChat: Surface = {
  id: 'openai-chat',
  dialect: 'openai',
  path: '/chat/completions',
  generates: true,
  parseRequest: parseChatRequest,
  parseResponse: parseChatResponse,
  createStreamReader: (conversation) => new ChatStreamReader(conversation),
};
