import type { Conversation } from '../conversation/conversation.ts';
import { SURFACES } from '../conversation/registry.ts';
import { ORIGINS, ROLES, type Segment } from '../conversation/segment.ts';
import { Fault, isFault } from '../core/fault.ts';
import type { Finding } from '../core/finding.ts';
import type { Action, Decision, Stage } from '../core/verdict.ts';
import type { AllowList } from '../guard/allow-list.ts';
import { DecisionLog } from '../guard/decision-log.ts';
import { exchangeContext } from '../guard/exchange-context.ts';
import { inspectSegments } from '../guard/inspect-segments.ts';
import { mergeRedactions, redact } from '../guard/redaction.ts';
import { bindRules, reads, type Rule } from '../guard/rule.ts';
import { scoreText } from '../guard/score-text.ts';
import { toSubject } from '../guard/to-subject.ts';
import { type View, views } from '../text/decode-layers.ts';
import { readJson } from '../text/json/read-json.ts';
import type { RuleSets } from './rule-sets.ts';

/** UTF-16 units of all texts together: everything runs between the requests that the gateway serves. */
const MOST_UNITS = 256 * 1024;
const MOST_TEXTS = 500;
const LIMITS = { bytes: 1 << 20, depth: 64, items: 100_000 };
const VIEWS = { units: MOST_UNITS, depth: 3, pieces: 1024, total: 4 * MOST_UNITS };

/** What is tried out: one text, texts with their speakers, or a request body of some surface. */
export interface PlaygroundQuestion {
  readonly segments: readonly Segment[];
  /** What detectors that judge an answer by what was asked are told. */
  readonly conversation: Conversation;
  readonly stage: Stage;
  readonly surface: string;
  readonly model: string;
  readonly principal: string;
  readonly team: string | null;
}

export interface PlaygroundView {
  readonly text: string;
  /** What was undone to get here. */
  readonly via: readonly string[];
}

export interface PlaygroundRule {
  readonly rule: string;
  readonly detector: string;
  /** 0 to 1; null where such texts are not its business, or the check failed. */
  readonly score: number | null;
  readonly findings: readonly Finding[];
  /** Why the check failed; null when it did not. */
  readonly failed: string | null;
  readonly millis: number;
}

export interface PlaygroundText {
  readonly id: string;
  readonly role: string;
  readonly origin: string;
  readonly kind: string;
  readonly text: string;
  /** As the rules' detectors may read it besides: normalised first, then decoded. */
  readonly views: readonly PlaygroundView[];
  readonly rules: readonly PlaygroundRule[];
  /** As it would go on; the same text when nothing changes. */
  readonly sent: string;
}

export interface PlaygroundAnswer {
  readonly stage: Stage;
  /** The strictest action of enforced rules. */
  readonly action: Action;
  readonly decisions: readonly Decision[];
  readonly texts: readonly PlaygroundText[];
  /** Milliseconds by detector, over all texts. */
  readonly cost: Readonly<Record<string, number>>;
}

/**
 * What the rules say about texts, in detail, without an exchange: every text by itself, and the decision over all of them.
 * Nothing is recorded or remembered; texts are new.
 */
export async function tryOut(
  question: PlaygroundQuestion,
  policy: { readonly rules: RuleSets; readonly allow: AllowList },
): Promise<PlaygroundAnswer> {
  const { segments, stage } = question;
  const who = {
    principal: question.principal,
    team: question.team,
    model: question.model,
    surface: question.surface,
  };
  const rules = bindRules(
    policy.rules.for(who),
    { ...exchangeContext(question.conversation, null), principal: { id: question.principal, team: question.team } },
    policy.allow.for(who)?.allows,
  );
  const log = new DecisionLog();
  const redactions = await inspectSegments(rules, stage, segments, log);
  const texts: PlaygroundText[] = [];
  const cost: Record<string, number> = {};
  for (const segment of segments) {
    const { id, role, origin, kind, text } = segment;
    const said: PlaygroundRule[] = [];
    for (const rule of rules) {
      if (text === '' || !reads(rule, stage, segment)) continue;
      const one = await ask(rule, stage, segment);
      cost[rule.detector] = (cost[rule.detector] ?? 0) + one.millis;
      said.push(one);
    }
    const sent = redact(text, mergeRedactions(redactions.get(segment) ?? []));
    texts.push({ id, role, origin, kind, text, views: views(text, VIEWS).map(toView), rules: said, sent });
  }
  return { stage, action: log.action, decisions: log.decisions(), texts, cost };
}

async function ask(rule: Rule, stage: Stage, segment: Segment): Promise<PlaygroundRule> {
  const { id, detector, inspector, maxText, allows } = rule;
  const { text } = segment;
  const nothing = { rule: id, detector, score: null, findings: [], millis: 0 };
  if (text.length > maxText) return { ...nothing, failed: `longer than the rule's maxText ${maxText}` };
  const subject = toSubject(stage, segment);
  const { scores, findings, failed, millis } = await scoreText([{ id: detector, inspector, subject }], text);
  return {
    rule: id,
    detector,
    score: scores[detector] ?? null,
    findings: findings.map((finding) => {
      const allowed = allows?.(rule, finding, text, subject) ?? null;
      return allowed === null ? finding : { ...finding, allowed };
    }),
    failed: failed[detector] ?? null,
    millis: millis[detector] ?? 0,
  };
}

function toView({ text, via }: View): PlaygroundView {
  return { text, via };
}

/**
 * Reads what is to be tried out. One of `text`, `messages` (a list of `{role, origin, text}`) and `request` (a body of
 * `surface`).
 * @throws Fault `ERR_REQUEST_INVALID`.
 */
export function readQuestion(body: Readonly<Record<string, unknown>>): PlaygroundQuestion {
  const stage = oneOf(body, 'stage', ['input', 'output'] as const, 'input');
  const surface = oneOf(
    body,
    'surface',
    SURFACES.map(({ id }) => id),
    'openai-chat',
  );
  const given = ['text', 'messages', 'request'].filter((name) => body[name] !== undefined);
  if (given.length !== 1) {
    throw new Fault('ERR_REQUEST_INVALID', 'Give one of text, messages and request.', { where: given[1] ?? 'text' });
  }
  let segments: readonly Segment[];
  let conversation: Conversation | null = null;
  let model = optionalText(body, 'model') ?? '';
  if (body['text'] !== undefined) segments = [toSegment(body, 0, 'text', stage)];
  else if (body['messages'] !== undefined) {
    const { messages } = body;
    if (!Array.isArray(messages)) throw new Fault('ERR_REQUEST_INVALID', 'This must be a list.', { where: 'messages' });
    segments = messages.map((message: unknown, index) => {
      if (typeof message === 'object' && message !== null) {
        return toSegment(message as Record<string, unknown>, index, `messages[${index}]`, stage);
      }
      throw new Fault('ERR_REQUEST_INVALID', 'This must be an object.', { where: `messages[${index}]` });
    });
  } else {
    conversation = readRequest(body['request'], surface);
    segments = conversation.segments;
    model = model === '' ? conversation.model : model;
  }
  const units = segments.reduce((sum, { text }) => sum + text.length, 0);
  if (units > MOST_UNITS || segments.length > MOST_TEXTS) {
    throw new Fault(
      'ERR_BODY_TOO_LARGE',
      `At most ${MOST_TEXTS} texts with ${MOST_UNITS} characters can be tried out.`,
    );
  }
  return {
    segments,
    conversation: { ...(conversation ?? NOTHING_ASKED), surface, model, segments },
    stage,
    surface,
    model,
    principal: optionalText(body, 'principal') ?? 'playground',
    team: optionalText(body, 'team') ?? null,
  };
}

const NOTHING_ASKED: Conversation = {
  surface: 'openai-chat',
  model: '',
  stream: false,
  segments: [],
  tools: [],
  answerSchema: null,
  maxOutputTokens: null,
  choices: 1,
  previous: null,
  usageRequested: false,
};

function readRequest(request: unknown, surface: string) {
  const text = typeof request === 'string' ? request : JSON.stringify(request);
  try {
    return SURFACES.find(({ id }) => id === surface)!.parseRequest(readJson(Buffer.from(text, 'utf8'), LIMITS));
  } catch (error) {
    if (!isFault(error)) throw error;
    const where = error.where === undefined ? 'request' : `request: ${error.where}`;
    throw new Fault('ERR_REQUEST_INVALID', error.message, { where, cause: error });
  }
}

const USUAL_ORIGIN = {
  system: 'operator',
  developer: 'operator',
  user: 'user',
  assistant: 'model',
  tool: 'tool',
} as const;

function toSegment(from: Readonly<Record<string, unknown>>, message: number, id: string, stage: Stage): Segment {
  const { text } = from;
  const where = id === 'text' ? 'text' : `${id}.text`;
  if (typeof text !== 'string') throw new Fault('ERR_REQUEST_INVALID', 'This must be a text.', { where });
  const role = oneOf(from, 'role', ROLES, stage === 'output' ? 'assistant' : 'user');
  const origin = oneOf(from, 'origin', ORIGINS, USUAL_ORIGIN[role]);
  const kind = origin === 'tool' ? 'tool-result' : origin === 'definition' ? 'tool-definition' : 'text';
  return { id, path: [id], role, origin, kind, text, message: origin === 'operator' ? -1 : message };
}

function oneOf<const T extends string>(
  from: Readonly<Record<string, unknown>>,
  name: string,
  allowed: readonly T[],
  usual: T,
): T {
  const value = from[name];
  if (value === undefined || value === null) return usual;
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new Fault('ERR_REQUEST_INVALID', 'This is not one of the values that it can have.', {
    where: name,
    hint: `One of ${allowed.join(', ')}.`,
  });
}

function optionalText(from: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = from[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string' && value.length <= 256) return value;
  throw new Fault('ERR_REQUEST_INVALID', 'This must be a text of at most 256 characters.', { where: name });
}
