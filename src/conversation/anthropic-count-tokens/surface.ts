import { parseMessagesRequest } from '../anthropic-messages/request.ts';
import { isRecord } from '../json-shape.ts';
import type { Surface } from '../surface.ts';

/** `POST /v1/messages/count_tokens`: the request of `/v1/messages`, answered by a number. */
export const anthropicCountTokens: Surface = {
  id: 'anthropic-count-tokens',
  dialect: 'anthropic',
  path: '/messages/count_tokens',
  generates: false,
  parseRequest: (body) => parseMessagesRequest(body, 'anthropic-count-tokens'),
  parseResponse(body) {
    if (!isRecord(body) || typeof body['input_tokens'] !== 'number') return null;
    // Counting is free of charge: what was counted is not usage.
    const usage = { inputTokens: 0, outputTokens: 0, estimated: false };
    return { segments: [], usage, id: null, model: null, shadows: [] };
  },
};
