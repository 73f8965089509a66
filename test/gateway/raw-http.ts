import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
  /** Everything that came. */
  readonly text: string;
}

/**
 * Sends bytes over a bare socket and reads until the server closes, `until` matches or `millis` have passed.
 * For requests that no HTTP client would make.
 */
export function sendRaw(
  url: string,
  parts: readonly (string | Buffer)[],
  options: {
    readonly millis?: number;
    readonly pause?: number;
    readonly halfClose?: boolean;
    readonly until?: RegExp;
  } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const { millis = 8000, pause = 0, halfClose = false, until } = options;
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    let text = '';
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      const [head = '', ...rest] = text.split('\r\n\r\n');
      resolve({
        status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0),
        headers: head.toLowerCase(),
        body: rest.join('\r\n\r\n'),
        text,
      });
    };
    const timer = setTimeout(finish, millis);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (until?.test(text) === true) finish();
    });
    socket.on('end', finish);
    socket.on('error', (error) =>
      text === '' && (error as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? reject(error) : finish(),
    );
    socket.on('connect', () => {
      void (async () => {
        for (const part of parts) {
          if (socket.destroyed || !socket.writable) return;
          socket.write(part);
          if (pause > 0) await new Promise((done) => setTimeout(done, pause));
        }
        if (halfClose) socket.end();
      })();
    });
  });
}
