import { Pool } from 'undici';

export interface Target {
  readonly name: string;
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Measured {
  readonly requests: number;
  readonly failures: number;
  /** Requests per second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

const CONVERSATION = [
  {
    role: 'system',
    content: 'You are the assistant of a retail bank. Answer briefly, and never give legal advice. '.repeat(6),
  },
  {
    role: 'user',
    content:
      'I see a card payment on my statement that I do not recognise. What can I do, and how long do I have? '.repeat(
        12,
      ),
  },
];

export function requestBody(stream: boolean): Buffer {
  return Buffer.from(
    JSON.stringify({
      model: 'gpt-4o-mini',
      messages: CONVERSATION,
      max_tokens: 512,
      ...(stream ? { stream: true } : {}),
    }),
  );
}

/** Keeps `concurrency` requests in flight for `millis` and measures each from sending to its last byte. */
export async function measure(target: Target, stream: boolean, concurrency: number, millis: number): Promise<Measured> {
  const pool = new Pool(target.origin, { connections: concurrency, pipelining: 1 });
  const body = requestBody(stream);
  const latencies: number[] = [];
  let failures = 0;
  const one = (): Promise<void> =>
    new Promise((resolve) => {
      const began = performance.now();
      let good = false;
      pool.dispatch(
        { method: 'POST', path: target.path, headers: { 'content-type': 'application/json', ...target.headers }, body },
        {
          onRequestStart() {},
          onResponseStart(_controller, status) {
            good = status === 200;
          },
          onResponseData() {},
          onResponseEnd() {
            if (good) latencies.push(performance.now() - began);
            else failures += 1;
            resolve();
          },
          onResponseError() {
            failures += 1;
            resolve();
          },
        },
      );
    });
  const began = performance.now();
  const until = began + millis;
  const worker = async (): Promise<void> => {
    while (performance.now() < until) await one();
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - began) / 1000;
  await pool.close();
  latencies.sort((a, b) => a - b);
  const at = (part: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * part))] ?? Number.NaN;
  return { requests: latencies.length, failures, rate: latencies.length / seconds, p50: at(0.5), p99: at(0.99) };
}
