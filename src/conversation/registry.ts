import { anthropicCountTokens } from './anthropic-count-tokens/surface.ts';
import { anthropicMessages } from './anthropic-messages/surface.ts';
import { openaiChat } from './openai-chat/surface.ts';
import { openaiCompletions } from './openai-completions/surface.ts';
import { openaiEmbeddings } from './openai-embeddings/surface.ts';
import { openaiModerations } from './openai-moderations/surface.ts';
import { openaiResponses } from './openai-responses/surface.ts';
import type { Dialect, Surface } from './surface.ts';

/** Every surface that Parapet guards. */
export const SURFACES: readonly Surface[] = [
  openaiChat,
  openaiResponses,
  openaiCompletions,
  openaiEmbeddings,
  openaiModerations,
  anthropicMessages,
  anthropicCountTokens,
];

const BY_PATH = new Map(SURFACES.map((surface) => [`${surface.dialect} ${surface.path}`, surface]));

/** The surface at a path below the version prefix (`/chat/completions`), or undefined. */
export function surfaceFor(dialect: Dialect, path: string): Surface | undefined {
  return BY_PATH.get(`${dialect} ${path}`);
}
