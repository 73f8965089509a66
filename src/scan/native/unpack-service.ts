import { Worker } from 'node:worker_threads';
import { LOST, RUNNING, UnpackChannel, type UnpackRequest } from './unpack-channel.ts';

/** The sources run as they are; what is published has been emitted. */
const THREAD = new URL(`./unpack-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** Heap of the thread in MiB: it holds pieces of streams, and these outside of it. */
const HEAP_MEGABYTES = 64;
const YOUNG_MEGABYTES = 4;

/** One thread that unpacks for all others, by the runtime's libraries. It begins with the first request, and does not keep the program alive. */
export class UnpackService {
  #worker: Worker | null = null;
  #ended = false;
  #channels: UnpackChannel[] = [];

  /** Passes a request on. Whoever asked waits on the memory that it came with. */
  serve(request: UnpackRequest): void {
    const { shared, port } = request.unpack;
    const channel = new UnpackChannel(shared);
    if (this.#ended) return channel.finish(LOST);
    this.#channels = this.#channels.filter(({ state }) => state === RUNNING);
    this.#channels.push(channel);
    this.#worker ??= this.#begin();
    this.#worker.postMessage(request, [port]);
  }

  #begin(): Worker {
    const worker = new Worker(THREAD, {
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES, maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
    });
    worker.unref();
    const lost = (): void => {
      if (this.#worker !== worker) return;
      this.#worker = null;
      for (const channel of this.#channels.splice(0)) channel.finish(LOST);
    };
    worker.on('error', lost);
    worker.on('exit', lost);
    return worker;
  }

  /** Ends the thread, and all streams. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#worker?.terminate();
    for (const channel of this.#channels.splice(0)) channel.finish(LOST);
  }
}
