import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { serialiseFrame } from './frame.ts';
import type { Frame } from './frame.ts';
import type { Scenario } from './scenario.ts';
import type { Wire } from './wire.ts';

/** Resolves when more can be written, or nobody is there to read it. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });
}

/** Writes pieces one after the other, no faster than the reader reads. Stops when the reader has gone away. */
async function writeAll(response: ServerResponse, parts: readonly Buffer[], scenario: Scenario): Promise<void> {
  const slow = scenario.number('slow', 0);
  const apart = scenario.has('split') && scenario.text('split', '') !== 'all';
  for (const part of parts) {
    if (response.destroyed) return;
    if (!response.write(part)) await drained(response);
    if (slow > 0) await setTimeout(slow);
    // A turn of the loop between two writes, so that they leave in packets of their own.
    else if (apart) await setImmediate();
  }
}

function cut(bytes: readonly Buffer[], scenario: Scenario): readonly Buffer[] {
  if (!scenario.has('split')) return bytes;
  const whole = Buffer.concat(bytes);
  if (scenario.text('split', '') === 'all') return [whole];
  const size = scenario.number('split', 1);
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
    whole.subarray(index * size, (index + 1) * size),
  );
}

const gone = (response: ServerResponse): Promise<unknown> =>
  response.destroyed ? Promise.resolve() : once(response, 'close');

/** Ends what began in the way the scenario asks for. */
async function finish(response: ServerResponse, scenario: Scenario): Promise<void> {
  if (scenario.name === 'hang-mid') {
    await gone(response);
  } else if (scenario.name === 'reset-mid') {
    // Let what was written leave first, so that the reader sees a beginning and then the reset.
    await setTimeout(20);
    response.socket?.resetAndDestroy();
  } else {
    response.end();
  }
}

function withNoise(frames: readonly Frame[], scenario: Scenario): readonly Frame[] {
  const noise: Frame[] = [];
  if (scenario.has('comments')) noise.push({ comment: 'keep-alive' });
  if (scenario.has('pings')) noise.push({ event: 'ping', data: '{"type":"ping"}' });
  if (noise.length === 0) return frames;
  // Providers send pings only once a message has begun, so never before the first frame.
  return frames.flatMap((frame, index) => (index % 3 === 0 && index < frames.length - 1 ? [frame, ...noise] : [frame]));
}

/** A stream of events, with the scenario's noise, splits, pauses and fault. */
export async function deliverStream(
  response: ServerResponse,
  wire: Wire,
  scenario: Scenario,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const all = wire.frames;
  const at = Math.min(scenario.number('at', 4), all.length - 1);
  const frames: readonly Frame[] =
    scenario.name === 'error-mid'
      ? [...all.slice(0, at), wire.errorFrame(at)]
      : ['hang-mid', 'reset-mid', 'truncate'].includes(scenario.name)
        ? all.slice(0, at)
        : scenario.name === 'malformed'
          ? [...all.slice(0, at), { ...all[at], data: '{"this is": not JSON' }]
          : all;
  const eol = scenario.has('crlf') ? '\r\n' : '\n';
  const bytes = withNoise(frames, scenario).map((frame) => Buffer.from(serialiseFrame(frame, eol)));
  response.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  });
  await writeAll(response, cut(bytes, scenario), scenario);
  await finish(response, scenario);
}

/** A whole answer. */
export async function deliverJson(
  response: ServerResponse,
  status: number,
  body: object,
  scenario: Scenario,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const bytes = Buffer.from(JSON.stringify(body));
  const head = { ...headers, 'content-type': 'application/json' };
  const half = bytes.subarray(0, bytes.length / 2);
  switch (scenario.name) {
    case 'malformed':
      response.writeHead(status, { ...headers, 'content-type': 'text/html' }).end('<html>not the model</html>');
      return;
    case 'truncate':
      response.writeHead(status, head).end(half);
      return;
    case 'hang-mid':
    case 'reset-mid':
      response.writeHead(status, { ...head, 'content-length': String(bytes.length) }).write(half);
      await finish(response, scenario);
      return;
    default:
      if (!scenario.has('split') && !scenario.has('slow')) {
        response.writeHead(status, { ...head, 'content-length': String(bytes.length) }).end(bytes);
        return;
      }
      response.writeHead(status, head);
      await writeAll(response, cut([bytes], scenario), scenario);
      response.end();
  }
}

/** Takes the request and says nothing until the other side gives up. */
export const hang = gone;
