import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { numbersOf } from '../tensor-data.ts';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface InferenceServer {
  readonly origin: string;
  readonly seen: Seen[];
  /** Samples that were scored. */
  readonly scored: { count: number };
  /** Called first; true where it has answered itself. */
  intercept: ((seen: Seen, response: ServerResponse) => boolean) | null;
  close(): Promise<void>;
}

/** Scores of one sample: class 1 where the mean is above one half. */
export function meanModel(x: ArrayLike<number>): [number, number] {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]!;
  const z = 10 * (sum / x.length - 0.5);
  return [-z, z];
}

/**
 * A server of the Open Inference Protocol (REST) with the model `mean`, input `x` [-1, ...shape] and output `scores` [-1, 2], JSON and binary; and at
 * `/classify` an interface of its own. Written from the protocol's text, not from the client.
 */
export async function startInferenceServer(shape: readonly number[]): Promise<InferenceServer> {
  const size = shape.reduce((product, length) => product * length, 1);
  const seen: Seen[] = [];
  const scored = { count: 0 };
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one: Seen = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks),
      };
      seen.push(one);
      if (handle.intercept?.(one, response) === true) return;
      answer(one, response);
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));

  const scoresOf = (values: readonly number[]): number[] => {
    const n = values.length / size;
    scored.count += n;
    return Array.from({ length: n }, (_, i) => meanModel(values.slice(i * size, (i + 1) * size))).flat();
  };
  const answer = (one: Seen, response: ServerResponse): void => {
    if (one.url === '/v2/models/mean' && one.method === 'GET') {
      json(response, {
        name: 'mean',
        versions: ['1'],
        platform: 'test',
        inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, ...shape] }],
        outputs: [{ name: 'scores', datatype: 'FP32', shape: [-1, 2] }],
      });
    } else if (one.url === '/v2/models/mean/infer' && one.method === 'POST') infer(one, response);
    else if (one.url === '/classify' && one.method === 'POST') {
      const { items } = JSON.parse(one.body.toString()) as { items: unknown[] };
      const scores = scoresOf((items as unknown[]).flat(8) as number[]);
      json(response, { results: items.map((_, i) => ({ scores: scores.slice(2 * i, 2 * i + 2) })) });
    } else {
      response.writeHead(404);
      response.end();
    }
  };
  const infer = (one: Seen, response: ServerResponse): void => {
    const said = one.headers['inference-header-content-length'];
    const head = said === undefined ? one.body : one.body.subarray(0, Number(said));
    const asked = JSON.parse(head.toString()) as {
      inputs: {
        name: string;
        shape: number[];
        datatype: string;
        data?: number[];
        parameters?: { binary_data_size?: number };
      }[];
      outputs?: { name: string; parameters?: { binary_data?: boolean } }[];
    };
    const input = asked.inputs[0]!;
    const count = input.shape.reduce((product, length) => product * length, 1);
    const values = input.data ?? numbersOf('FP32', one.body.subarray(head.length), count);
    if (values === null || values.length !== count || input.shape.slice(1).join() !== shape.join()) {
      response.writeHead(400);
      response.end();
      return;
    }
    const scores = scoresOf(values);
    const output = { name: 'scores', datatype: 'FP32', shape: [input.shape[0], 2] };
    if (asked.outputs?.[0]?.parameters?.binary_data === true) {
      const bytes = Buffer.from(Float32Array.from(scores).buffer);
      const written = Buffer.from(
        JSON.stringify({ outputs: [{ ...output, parameters: { binary_data_size: bytes.length } }] }),
      );
      response.writeHead(200, { 'inference-header-content-length': String(written.length) });
      response.end(Buffer.concat([written, bytes]));
    } else json(response, { model_name: 'mean', outputs: [{ ...output, data: scores }] });
  };
  const handle: InferenceServer = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    scored,
    intercept: null,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return handle;
}

export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}
