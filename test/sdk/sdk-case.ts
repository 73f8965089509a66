import type { Bench } from './bench.ts';

export const CLIENTS = ['openai', '@anthropic-ai/sdk', 'ai'] as const;
export type Client = (typeof CLIENTS)[number];

/** One thing that an application does with an SDK. */
export interface SdkCase {
  readonly client: Client;
  /** `chat completions`, `messages`, … */
  readonly surface: string;
  readonly name: string;
  /**
   * Does it, asserts what must hold anywhere, and returns what the application sees. Directly and through the gateway
   * that has to be the same, ids and times apart.
   */
  run(bench: Bench): Promise<unknown>;
}

/** Case after case of one surface with one client. */
export function casesOf(
  client: Client,
  surface: string,
  cases: Readonly<Record<string, (bench: Bench) => Promise<unknown>>>,
): readonly SdkCase[] {
  return Object.entries(cases).map(([name, run]) => ({ client, surface, name, run }));
}

/** Both providers' SDKs put the id of the request on what they return. */
export type Identified<T> = T & { _request_id?: string | null };

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** What is thrown; fails when nothing is. */
export async function thrownBy(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}
