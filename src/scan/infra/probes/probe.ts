import type { Severity } from '../../../core/severity.ts';

/** What came back for a probe. */
export interface ProbeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The whole body, as text. */
  readonly text: string;
}

/** What an answer shows about the service that gave it. */
export interface Sighting {
  /** What a stranger may do, as the end of a sentence; null where the service is known by the answer, and open it is not. */
  readonly open: string | null;
  /** What it says its version is. */
  readonly version?: string | null;
  /** Where they differ from those of the question. */
  readonly service?: string;
  readonly severity?: Severity;
}

/** One question to an endpoint: GET, without a body or credentials, of something that changes nothing. */
export interface Probe {
  /** Rule that an open service is a finding of. */
  readonly rule: string;
  /** Name of the service, as people say it. */
  readonly service: string;
  /** Where it differs from that of the rule. */
  readonly severity?: Severity;
  /** Rules of which a finding, by any question, says this one already. */
  readonly unless?: readonly string[];
  /** Its name in the table of known versions, where it is not that of the service in small letters. */
  readonly product?: string;
  readonly path: string;
  /** What an answer of status 200 shows; null where it is not this service's. */
  readonly reads: (answer: ProbeAnswer) => Sighting | null;
  /**
   * Asked after a sighting, which counts where the answer has this status alone: many engines tell who they are to everybody and ask for a key where
   * something is done. A path that takes POST answers GET with 405, and with 401 where the key comes first.
   */
  readonly proof?: {
    readonly path: string;
    readonly status: number;
    /** And this of its answer, where the status alone does not say it. */
    readonly shows?: (answer: ProbeAnswer) => boolean;
  };
  /** Asked after a sighting that came without a version. */
  readonly version?: { readonly path: string; readonly reads: (answer: ProbeAnswer) => string | null };
}

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The body as JSON; undefined where it is none, or where the answer says that it is something else: a page that shows such an answer as an example is not one.
 */
export function jsonOf({ headers, text }: ProbeAnswer): unknown {
  const type = headers['content-type'];
  if (typeof type === 'string' && !/^\s*(?:application\/(?:[\w.-]{1,60}\+)?json|text\/(?:plain|json))\b/i.test(type))
    return undefined;
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}

/** The body as a JSON object; null where it is anything else. */
export function objectOf(answer: ProbeAnswer): JsonObject | null {
  return asObject(jsonOf(answer));
}

export function asObject(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/** A text that can be a version: short, and begins with a digit, after a `v` perhaps. */
export function asVersion(value: unknown): string | null {
  return typeof value === 'string' && /^v?\d[\w.+-]{0,40}$/.test(value) ? value : null;
}

/** Whether the object has all of these members. */
export function has(value: JsonObject | null, ...names: readonly string[]): value is JsonObject {
  return value !== null && names.every((name) => Object.hasOwn(value, name));
}

/** Reads the version from a member of a JSON object. */
export function versionAt(path: string, ...names: readonly string[]): NonNullable<Probe['version']> {
  return {
    path,
    reads: (answer) => {
      const value = objectOf(answer);
      return names.map((name) => asVersion(value?.[name])).find((one) => one !== null) ?? null;
    },
  };
}
