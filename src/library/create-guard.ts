import { randomBytes } from 'node:crypto';
import { SURFACES } from '../conversation/registry.ts';
import type { SurfaceId } from '../conversation/surface.ts';
import { Fault } from '../core/fault.ts';
import type { Stage } from '../core/verdict.ts';
import type { Resources } from '../detect/resources.ts';
import { DecisionLog } from '../guard/decision-log.ts';
import { inspectSegments } from '../guard/inspect-segments.ts';
import { mergeRedactions, redact } from '../guard/redaction.ts';
import {
  ORIGINS as ALL_ORIGINS,
  type Origin,
  type Role,
  type Segment,
  SEGMENT_KINDS,
  type SegmentKind,
} from '../conversation/segment.ts';
import { createRules, type RuleInput } from './create-rules.ts';
import { GuardedExchange } from './guarded-exchange.ts';
import { type TextTransform, transformText } from './text-transform.ts';
import { toVerdict, type Verdict } from './verdict.ts';

export type { Finding } from '../core/finding.ts';
export { Fault } from '../core/fault.ts';
export type { FaultCode } from '../core/fault.ts';
export type { Action, Decision, Evidence, Mode, Stage } from '../core/verdict.ts';
export type { SurfaceId } from '../conversation/surface.ts';
export type { Resources } from '../detect/resources.ts';
export { openResources } from './open-resources.ts';
export type { OpenResources } from './open-resources.ts';
export type { RuleInput } from './create-rules.ts';
export type { AnswerTransform, BodyVerdict, GuardedExchange, StreamOptions } from './guarded-exchange.ts';
export type { TextTransform } from './text-transform.ts';
export type { Verdict } from './verdict.ts';

export interface GuardOptions {
  /** What is looked for, and what happens then: as `rules` in the configuration file. */
  readonly rules: readonly RuleInput[];
  /** What detectors may use of the outside world (encoders, judges, canaries). Default: nothing. */
  readonly resources?: Resources;
  /** For rules with `restore: true`, which hold for `exchange`. */
  readonly restore?: {
    /**
     * What placeholders are made with: the same key, the same placeholder for a value, so keep it secret and use it for one
     * customer alone. Default: a random one for each guard.
     */
    readonly key?: Uint8Array;
    /** Hosts that values may be sent to as part of a URL. */
    readonly linkHosts?: readonly string[];
  };
}

/** Whose words a text is. */
export interface TextAbout {
  /** `input`: on its way to a model. `output`: what a model said. */
  readonly stage: Stage;
  /** Default: `user` for input, `assistant` for output. */
  readonly role?: Role;
  /** Default: by the role (`tool` for role `tool`, `operator` for system prompts). Say `document` for a retrieved text. */
  readonly origin?: Origin;
  readonly kind?: SegmentKind;
  readonly tool?: string;
}

export interface TextVerdict extends Verdict {
  /** The text to go on with: as given, with only what enforced rules redact changed. */
  readonly text: string;
}

/** Parapet's guard inside a program: the rules of the gateway without the gateway. */
export interface Guard {
  /** What the rules say about one text. */
  inspect(text: string, about: TextAbout): Promise<TextVerdict>;
  /** Lets a model's plain text through piece by piece, held back only as far as a rule needs. */
  textStream(): TextTransform;
  /**
   * A request to a model in a provider's own form, as JSON text, and then its answer, streamed or not.
   * @throws Fault `ERR_BODY_MALFORMED`, `ERR_REQUEST_INVALID` with the place.
   */
  exchange(surface: SurfaceId, request: string): GuardedExchange;
}

const ORIGINS: Readonly<Record<Role, Origin>> = {
  system: 'operator',
  developer: 'operator',
  user: 'user',
  assistant: 'model',
  tool: 'tool',
};

/**
 * Makes a guard. It keeps no state and opens nothing by itself; make one and use it for all requests.
 *
 *     const guard = createGuard({ rules: [{ id: 'secrets', detector: 'secret-leak', action: 'redact' }] });
 *     const { allowed, text } = await guard.inspect(answer, { stage: 'output' });
 *
 * @throws Fault `ERR_CONFIG` that names each wrong key.
 */
export function createGuard(options: GuardOptions): Guard {
  if (typeof options !== 'object' || options === null) {
    throw new Fault('ERR_CONFIG', 'createGuard takes an object with rules: createGuard({ rules: [] }).');
  }
  const { rules: given, resources, restore = {} } = options;
  const rules = createRules(given, resources);
  const restoring = { key: restore.key ?? randomBytes(32), linkHosts: restore.linkHosts ?? [] };
  return {
    async inspect(text, about) {
      checkGiven(text, about);
      const segment = toSegment(text, about);
      const log = new DecisionLog();
      const redactions = await inspectSegments(rules, about.stage, [segment], log);
      return { ...toVerdict(log), text: redact(text, mergeRedactions(redactions.get(segment) ?? [])) };
    },
    textStream: () => transformText(rules, { stage: 'output', role: 'assistant', origin: 'model', kind: 'text' }),
    exchange(surface, request) {
      const found = SURFACES.find(({ id }) => id === surface);
      if (found === undefined) {
        const known = SURFACES.map(({ id }) => id).join(', ');
        throw new Fault('ERR_USAGE', `There is no surface "${String(surface)}"; there are ${known}.`);
      }
      if (typeof request !== 'string') {
        throw new Fault('ERR_USAGE', 'The request must be JSON text, as it is sent: use JSON.stringify.');
      }
      return new GuardedExchange(found, rules, request, restoring);
    },
  };
}

/** A word that no rule reads would let every text pass, and not every program is checked by TypeScript. */
function checkGiven(text: unknown, about: Partial<TextAbout> | undefined): void {
  if (typeof text !== 'string') throw new Fault('ERR_USAGE', 'The text to inspect must be a string.');
  const allowed: Readonly<Record<string, readonly unknown[]>> = {
    stage: ['input', 'output'],
    role: [undefined, ...Object.keys(ORIGINS)],
    origin: [undefined, ...ALL_ORIGINS],
    kind: [undefined, ...SEGMENT_KINDS],
  };
  for (const [key, words] of Object.entries(allowed)) {
    const given = (about as Readonly<Record<string, unknown>> | undefined)?.[key];
    if (words.includes(given)) continue;
    const known = words.filter((word) => word !== undefined).join(', ');
    throw new Fault('ERR_USAGE', `There is no ${key} "${String(given)}"; there are ${known}.`);
  }
}

function toSegment(text: string, { stage, role, origin, kind = 'text', tool }: TextAbout): Segment {
  const speaker = role ?? (stage === 'input' ? 'user' : 'assistant');
  return {
    id: 'text',
    path: [],
    role: speaker,
    origin: origin ?? ORIGINS[speaker],
    kind,
    text,
    message: 0,
    ...(tool === undefined ? {} : { tool }),
  };
}
