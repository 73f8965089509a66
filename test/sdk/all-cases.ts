import { AI_SDK } from './cases/ai-sdk.ts';
import { ANTHROPIC_MESSAGES } from './cases/anthropic-messages.ts';
import { ERRORS } from './cases/errors.ts';
import { OPENAI_CHAT } from './cases/openai-chat.ts';
import { OPENAI_OTHERS } from './cases/openai-others.ts';
import { OPENAI_RESPONSES } from './cases/openai-responses.ts';
import type { SdkCase } from './sdk-case.ts';

/** Every case that has to be the same directly and through the gateway. */
export const CASES: readonly SdkCase[] = [
  ...OPENAI_CHAT,
  ...OPENAI_RESPONSES,
  ...OPENAI_OTHERS,
  ...ANTHROPIC_MESSAGES,
  ...AI_SDK,
  ...ERRORS,
];
