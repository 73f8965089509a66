import type { Origin, PlaygroundRequest, Role, SurfaceId } from '../../../src/gateway/admin/api.ts';
import type { Stage } from '../../../src/core/verdict.ts';

export const ROLES = ['user', 'system', 'developer', 'assistant', 'tool'] as const satisfies readonly Role[];
export const ORIGINS = [
  'user',
  'operator',
  'model',
  'tool',
  'document',
  'definition',
] as const satisfies readonly Origin[];
export const SURFACES = [
  'openai-chat',
  'openai-responses',
  'openai-completions',
  'openai-embeddings',
  'openai-moderations',
  'anthropic-messages',
  'anthropic-count-tokens',
] as const satisfies readonly SurfaceId[];

export interface Message {
  readonly role: Role;
  /** Empty: the usual one of the role. */
  readonly origin: Origin | '';
  readonly text: string;
}

/** What is being written into the form; every way of writing keeps its own text while another is chosen. */
export interface Question {
  readonly form: 'text' | 'messages' | 'request';
  readonly stage: Stage;
  readonly text: Message;
  readonly messages: readonly Message[];
  readonly request: string;
  readonly surface: SurfaceId;
  readonly model: string;
  readonly principal: string;
  readonly team: string;
  /** YAML; empty: the running rules alone. */
  readonly changes: string;
}

export const EMPTY_MESSAGE: Message = { role: 'user', origin: '', text: '' };

export const EMPTY_QUESTION: Question = {
  form: 'text',
  stage: 'input',
  text: EMPTY_MESSAGE,
  messages: [EMPTY_MESSAGE],
  request: '',
  surface: 'openai-chat',
  model: '',
  principal: '',
  team: '',
  changes: '',
};

/** What the server is asked; without the changes, which are a question of their own. */
export function toRequest(question: Question): PlaygroundRequest {
  const { form, stage, surface } = question;
  const who = { model: question.model, principal: question.principal, team: question.team };
  const said = Object.fromEntries(
    Object.entries(who).flatMap(([key, value]) => (value.trim() === '' ? [] : [[key, value.trim()]])),
  );
  const base = { stage, surface, ...said };
  if (form === 'request') return { ...base, request: question.request };
  if (form === 'text') return { ...base, ...toMessage(question.text) };
  return { ...base, messages: question.messages.filter(({ text }) => text !== '').map(toMessage) };
}

function toMessage({ role, origin, text }: Message) {
  return { role, ...(origin === '' ? {} : { origin }), text };
}

/** Whether there is nothing to look at. */
export function isEmpty({ form, text, messages, request }: Question): boolean {
  if (form === 'text') return text.text.trim() === '';
  return form === 'request' ? request.trim() === '' : messages.every((message) => message.text.trim() === '');
}
