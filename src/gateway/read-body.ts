import type { IncomingMessage } from 'node:http';
import { Fault } from '../core/fault.ts';

/**
 * Reads a whole request body.
 * @throws Fault `ERR_BODY_TOO_LARGE` as soon as it is known (from `content-length` before a byte is read),
 *   `ERR_BODY_TIMEOUT` when it has not arrived within `millis`, `ERR_BODY_MALFORMED` when it is encoded or cut short.
 */
export function readBody(request: IncomingMessage, limit: number, millis: number): Promise<Buffer> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    return Promise.reject(
      new Fault('ERR_BODY_MALFORMED', `Bodies with content-encoding "${encoding.slice(0, 32)}" are not read.`, {
        where: 'header content-encoding',
        hint: 'Send the body uncompressed.',
      }),
    );
  }
  const tooLarge = (): Fault =>
    new Fault('ERR_BODY_TOO_LARGE', `The body is larger than ${limit} bytes.`, {
      hint: 'Send less, or raise limits.body.',
    });
  const declared = request.headers['content-length'];
  if (declared !== undefined && Number(declared) > limit) return Promise.reject(tooLarge());

  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => {
      finish(() =>
        reject(
          new Fault('ERR_BODY_TIMEOUT', `The body did not arrive within ${millis} ms.`, {
            hint: 'Send it faster, or raise limits.bodyTimeout.',
          }),
        ),
      );
    }, millis);
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
      settle();
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limit) finish(() => reject(tooLarge()));
      else chunks.push(chunk);
    };
    const onEnd = (): void => finish(() => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)));
    const onGone = (): void =>
      finish(() => reject(new Fault('ERR_BODY_MALFORMED', 'The connection closed before the whole body had arrived.')));
    request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
}
