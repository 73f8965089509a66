import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { isObject } from '../upstream/json.ts';
import type { RecordedRequest } from '../upstream/recorded-request.ts';
import type { Upstream } from '../upstream/start-upstream.ts';

/** Where the SDKs are pointed at: an upstream itself, or a gateway in front of it. */
export interface Target {
  /** Without a version. */
  readonly url: string;
  readonly key: string;
  /** What stands behind it in the end. */
  readonly upstream: Upstream;
  /** A key of a principal that has asked nothing yet; only where a gateway gives keys out. */
  newKey?(): Promise<string>;
  close(): Promise<void>;
}

/** The official clients, unmodified, and a view of what arrives at the upstream. */
export interface Bench {
  readonly target: Target;
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
  readonly aiOpenai: ReturnType<typeof createOpenAI>;
  readonly aiAnthropic: ReturnType<typeof createAnthropic>;
  /** How many HTTP requests the clients have sent. */
  readonly sent: number;
  /** Resolves with the next answer of this status. */
  answered(status: number): Promise<void>;
  /** A model name for a scenario, used nowhere else. */
  model(scenario: string): string;
  /** Requests that arrived at the upstream for this model. */
  arrived(model: string): readonly RecordedRequest[];
  /** Resolves when the first request for this model has ended: true when its caller had gone away. */
  disconnected(model: string): Promise<boolean>;
}

// The AI SDK warns of every model name that it does not know, and it knows none of these.
globalThis.AI_SDK_LOG_WARNINGS = false;

let serial = 0;

export function modelOf(request: RecordedRequest): string | null {
  try {
    const body: unknown = JSON.parse(request.body.toString('utf8'));
    return isObject(body) && typeof body['model'] === 'string' ? body['model'] : null;
  } catch {
    return null;
  }
}

export function createBench(target: Target): Bench {
  const { url, key, upstream } = target;
  const waiting = new Map<number, () => void>();
  let sent = 0;
  const fetch: typeof globalThis.fetch = async (...request) => {
    sent += 1;
    const response = await globalThis.fetch(...request);
    waiting.get(response.status)?.();
    return response;
  };
  const arrived = (model: string): readonly RecordedRequest[] =>
    upstream.requests.filter((request) => modelOf(request) === model);
  return {
    target,
    get sent() {
      return sent;
    },
    answered: (status) => new Promise((resolve) => waiting.set(status, resolve)),
    openai: new OpenAI({ baseURL: `${url}/v1`, apiKey: key, fetch }),
    anthropic: new Anthropic({ baseURL: url, apiKey: key, fetch }),
    aiOpenai: createOpenAI({ baseURL: `${url}/v1`, apiKey: key, fetch }),
    aiAnthropic: createAnthropic({ baseURL: `${url}/v1`, apiKey: key, fetch }),
    model(scenario) {
      serial += 1;
      return `${scenario}+id=${serial}`;
    },
    arrived,
    async disconnected(model) {
      const request = await upstream.request((candidate) => modelOf(candidate) === model);
      return request.ended;
    },
  };
}
