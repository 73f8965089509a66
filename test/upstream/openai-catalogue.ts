import { createHash } from 'node:crypto';
import { isObject } from './json.ts';
import type { JsonObject } from './json.ts';
import { serialId } from './wire.ts';

/** Endpoints without a conversation: models, embeddings, moderations. */

export const MODELS = ['text', 'tools', 'reasoning', 'echo'] as const;

export const openaiModel = (id: string): object => ({
  id,
  object: 'model',
  created: 1_750_000_000,
  owned_by: 'upstream',
});

export const openaiModels = (): object => ({ object: 'list', data: MODELS.map(openaiModel) });

export const anthropicModel = (id: string): object => ({
  type: 'model',
  id,
  display_name: `Upstream ${id}`,
  created_at: '2025-06-15T15:06:40Z',
});

export const anthropicModels = (): object => ({
  data: MODELS.map(anthropicModel),
  has_more: false,
  first_id: MODELS[0],
  last_id: MODELS.at(-1),
});

/** A unit vector drawn from the text's SHA-256, so that equal texts have equal embeddings. */
function embed(text: string, dimensions: number): number[] {
  const raw = Array.from({ length: dimensions }, (_, index) => {
    const digest = createHash('sha256').update(`${index}:${text}`).digest();
    return digest.readUInt32LE(0) / 2 ** 31 - 1;
  });
  const length = Math.hypot(...raw);
  return raw.map((value) => Math.fround(value / length));
}

export function openaiEmbeddings(body: JsonObject): object {
  const { input } = body;
  const texts = Array.isArray(input) && !input.every((part) => typeof part === 'number') ? input : [input];
  const dimensions = typeof body['dimensions'] === 'number' ? body['dimensions'] : 16;
  const tokens = texts.reduce<number>((sum, text) => sum + Math.ceil(String(text).length / 4), 0);
  return {
    object: 'list',
    data: texts.map((text, index) => {
      const vector = embed(String(text), dimensions);
      const embedding =
        body['encoding_format'] === 'base64' ? Buffer.from(new Float32Array(vector).buffer).toString('base64') : vector;
      return { object: 'embedding', index, embedding };
    }),
    model: body['model'],
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

const CATEGORIES = [
  'harassment',
  'harassment/threatening',
  'hate',
  'hate/threatening',
  'illicit',
  'illicit/violent',
  'self-harm',
  'self-harm/instructions',
  'self-harm/intent',
  'sexual',
  'sexual/minors',
  'violence',
  'violence/graphic',
] as const;

function textOf(input: unknown): string {
  if (typeof input === 'string') return input;
  return isObject(input) && typeof input['text'] === 'string' ? input['text'] : '';
}

/** Flags what speaks of hurting somebody; the scores are made up, the shape is not. */
export function openaiModerations(body: JsonObject, serial: number): object {
  const inputs: readonly unknown[] = Array.isArray(body['input']) ? body['input'] : [body['input']];
  return {
    id: serialId('modr-', serial),
    model: body['model'] ?? 'omni-moderation-latest',
    results: inputs.map((input) => {
      const violent = /\b(hurt|kill|stab)\b/i.test(textOf(input));
      return {
        flagged: violent,
        categories: Object.fromEntries(CATEGORIES.map((name) => [name, violent && name === 'violence'])),
        category_scores: Object.fromEntries(
          CATEGORIES.map((name) => [name, violent && name === 'violence' ? 0.91 : 0.001]),
        ),
        category_applied_input_types: Object.fromEntries(CATEGORIES.map((name) => [name, ['text']])),
      };
    }),
  };
}
