import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import type { NativeKind } from '../../formats/native-unpacker.ts';
import { COMPLETE, CUT_OFF, DAMAGED, OUT_SLOT, UnpackChannel, type UnpackRequest } from './unpack-channel.ts';

/** What the libraries' streams have in common; `bytesWritten` is how much they have used. */
type Engine = Transform & { readonly bytesWritten: number };

/** Bytes of history that a frame of Zstandard may ask for, as their logarithm: 64 MiB. */
const LARGEST_WINDOW = 26;

function start(kind: NativeKind): Engine {
  if (kind === 'deflate') return zlib.createInflateRaw({ chunkSize: OUT_SLOT });
  return zlib.createZstdDecompress({
    chunkSize: OUT_SLOT,
    params: { [zlib.constants.ZSTD_d_windowLogMax]: LARGEST_WINDOW },
  });
}

/**
 * The side that unpacks: works until the data ends or nobody reads on. Memory is bounded, because it never runs ahead of the reader by more than the
 * rings and one or two pieces.
 */
export function serveUnpack({ unpack: { kind, shared, port } }: UnpackRequest): void {
  const channel = new UnpackChannel(shared);
  const engine = start(kind);
  /** Pieces that came out and for which there was no room. */
  const queue: Buffer[] = [];
  let over: number | null = null;
  let gone = false;
  let changed = (): void => {};

  const drain = (): void => {
    while (queue.length > 0) {
      const room = channel.outputRoom();
      if (room === null) break;
      const piece = queue.shift()!;
      room.set(piece);
      channel.make(piece.length);
    }
    if (queue.length > 0) engine.pause();
    else if (over !== null) channel.finish(over, engine.bytesWritten);
    else if (engine.isPaused()) engine.resume();
    changed();
  };
  const leave = (): void => {
    if (gone) return;
    gone = true;
    engine.destroy();
    port.close();
    changed();
  };
  const end = (state: number): void => {
    over ??= state;
    drain();
  };
  engine.on('data', (piece: Buffer) => {
    queue.push(piece);
    drain();
  });
  engine.on('end', () => end(COMPLETE));
  engine.on('error', (error: NodeJS.ErrnoException) => end(error.code === 'Z_BUF_ERROR' ? CUT_OFF : DAMAGED));
  port.on('message', (goesOn: boolean) => (goesOn ? drain() : leave()));
  port.on('close', leave);

  const feed = async (): Promise<void> => {
    while (!gone && over === null) {
      const input = channel.input();
      // An error takes what has not been handed out with it, so everything is handed out first.
      if (input === null || queue.length > 0 || engine.readableLength > 0) {
        await new Promise<void>((resolve) => {
          changed = resolve;
        });
      } else if (input.length === 0) {
        engine.end();
        return;
      } else {
        // A copy: what a library is given must not change while it works on it.
        const bytes = Buffer.from(input);
        channel.eat();
        await new Promise<void>((resolve) => {
          engine.write(bytes, () => resolve());
        });
      }
    }
  };
  void feed();
}
