import type { Surface } from '../surface.ts';
import { parseResponsesRequest } from './request.ts';
import { parseResponsesResponse } from './response.ts';
import { ResponsesStreamReader } from './stream.ts';

/** `POST /v1/responses`. */
export const openaiResponses: Surface = {
  id: 'openai-responses',
  dialect: 'openai',
  path: '/responses',
  generates: true,
  parseRequest: parseResponsesRequest,
  parseResponse: parseResponsesResponse,
  createStreamReader: (conversation) => new ResponsesStreamReader(conversation),
};
