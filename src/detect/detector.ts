import type { z as Zod } from 'zod';
import type { Finding } from '../core/finding.ts';
import type { Layer } from '../core/layer.ts';
import type { Threat } from '../core/threat.ts';
import type { Stage } from '../core/verdict.ts';
import type { Resources } from './resources.ts';

/** `pattern`: linear in the text, microseconds. `model`: a classifier. `network`: asks another service. */
export const COSTS = ['pattern', 'model', 'network'] as const;
export type Cost = (typeof COSTS)[number];

export interface DetectorMeta<Id extends string = string> {
  /** The folder's name. */
  readonly id: Id;
  readonly title: string;
  /** One sentence. */
  readonly summary: string;
  readonly threats: readonly Threat[];
  readonly layers: readonly Layer[];
  /** Ids of published taxonomies: `OWASP-LLM02`, `AML.T0057`. */
  readonly taxonomy: readonly string[];
  readonly stages: readonly Stage[];
  /** Origins of the texts that are its business, where it does not look at all of them. */
  readonly origins?: readonly string[];
  readonly cost: Cost;
  readonly stability: 'stable' | 'experimental';
  readonly references: readonly string[];
  /** Present: what must be configured before it can find anything; its `defaults` alone do not satisfy `options`. */
  readonly needs?: 'encoder' | 'judge';
}

/** What is known about the text under inspection. */
export interface Subject {
  readonly stage: Stage;
  readonly role: string;
  readonly origin: string;
  readonly kind: string;
  readonly tool?: string;
  /** True: stands beside an answer's text (ids, members that no reader knows), not in it. */
  readonly beside?: true;
  /** True for a text in a file that a person who opens it does not see: metadata, white on white, `display: none`. */
  readonly hidden?: boolean;
}

/** What is known about the exchange that a text belongs to, for detectors that judge an answer by what was asked. */
export interface ExchangeContext {
  /** Texts of system and developer prompts, in order. */
  readonly instructions: readonly string[];
  /** What the user wrote, in order: an answer that says it again gives nothing away. */
  readonly userTexts: readonly string[];
  /** JSON Schema that the request itself demands of the answer (structured output), or null. */
  readonly answerSchema: unknown;
  /** The tools that the caller offers, with the JSON Schema of their arguments, or null where it sent none. */
  readonly tools: readonly { readonly name: string; readonly schema: unknown }[];
  readonly model: string;
  readonly principal: { readonly id: string; readonly team: string | null } | null;
}

/**
 * How a detector works on a text that is still arriving. Contract, checked for every detector by
 * `registry.test.ts` over random splits: for every continuation `c`, each finding of `inspect(text + c)`
 * either begins at or after `holdFrom(text)`, or is a finding of `inspect(text)` with the same span.
 */
export interface Streaming {
  /** How many UTF-16 units before a match its context can reach; the guard keeps that many already released units in view. */
  readonly lookBehind: number;
  /** How many units may be held for an unfinished match; beyond that `overdue` decides. */
  readonly maxHold: number;
  /** Index from which `text` must be withheld because a match may still grow there; `text.length` when nothing must. */
  holdFrom(text: string): number;
  /** `inspect` and `holdFrom` of one text in one pass, where that is cheaper; must give what the two give. */
  follow?(
    text: string,
    subject: Subject,
  ): { readonly findings: readonly Finding[] | Promise<readonly Finding[]>; readonly holdFrom: number };
  /** The unfinished match at `from` exceeded `maxHold`: a finding if it must be treated as one, or null to release it. */
  overdue(text: string, from: number): Finding | null;
}

/** A detector with its options applied: stateless, reusable, safe to call concurrently. */
export interface Inspector {
  /**
   * All findings in a whole text, ordered by start, not overlapping. Time linear in its length.
   * A synchronous answer is preferred: it keeps the common path free of promises.
   * @param signal aborted when nobody waits for the answer any more.
   * @throws on failure; the caller turns that into `failed`, never into `clean`.
   */
  inspect(text: string, subject: Subject, signal?: AbortSignal): readonly Finding[] | Promise<readonly Finding[]>;
  /**
   * An inspection may run a large model or ask another service: milliseconds to seconds, or money. The guard then does
   * not ask about every frame of a stream, and not about identifiers.
   */
  readonly slow?: true;
  /** Absent: the detector needs whole texts, and the guard holds the channel until it is complete. */
  readonly streaming?: Streaming;
  /** True: it judges each text as a whole, so that texts joined across their borders mean nothing to it. */
  readonly alone?: true;
  /**
   * For detectors that measure rather than match: how sure it is, 0 to 1, whether or not that is a finding. Where texts
   * of this subject are not its business, null. Throws as `inspect` does.
   */
  score?(text: string, subject: Subject, signal?: AbortSignal): number | null | Promise<number | null>;
  /**
   * For detectors whose answer changes with something besides text, subject and options (tokens that are planted while
   * the program runs): a short word that changes with it. Absent: the same text always gets the same answer, and
   * answers may be remembered.
   */
  version?(): string;
  /** On what `forExchange` gave: what of the exchange its answers depend on. Absent: all of it. */
  readonly boundTo?: string;
  /** For detectors that need to know what was asked: the inspector to use in one exchange. Absent: the same for all. */
  forExchange?(context: ExchangeContext): Inspector;
}

export interface Detector<Id extends string = string, Options = unknown> {
  readonly meta: DetectorMeta<Id>;
  /** Schema of the options. Gets zod as an argument so that detectors can be used without loading it. */
  readonly options: (z: typeof Zod) => Zod.ZodType<Options>;
  /** Options when none are configured; must satisfy `options`, unless `meta.needs` says that something has to be configured. */
  readonly defaults: Options;
  /** @param resources what the detector may use of the outside world; nothing of it is opened before it is needed. */
  create(options: Options, resources?: Resources): Inspector;
}

/** Identity at run time; keeps the id's literal type and ties `create` to `options`. */
export function defineDetector<const Id extends string, Options>(
  detector: Detector<Id, Options>,
): Detector<Id, Options> {
  return detector;
}
