import type { Worker } from 'node:worker_threads';

/** How long a thread that was told to end may still take, in milliseconds. */
export const GRACE_MILLIS = 5000;

/** Threads that did not end in their time: a call into native code never returned. */
const stuck = new Set<Worker>();

/**
 * Tells a thread to end and waits until it has, but not for ever: JavaScript can be interrupted, a call into native code cannot. One that does
 * not come back is left behind, and keeps the process from nothing: it does not hold its loop, and a process that ends in its presence, which
 * Node would let wait for the thread, is ended by a signal (exit status 137).
 * @param tell `worker.terminate()`, or a message where the thread has something to put in order first
 * @param grace milliseconds; `Infinity` waits as long as it takes
 * @returns whether the thread is gone
 */
export async function endThread(
  worker: Worker,
  tell: () => unknown = () => worker.terminate(),
  grace = GRACE_MILLIS,
): Promise<boolean> {
  if (worker.threadId === -1) return true;
  const gone = new Promise<true>((resolve) => worker.once('exit', () => resolve(true)));
  worker.ref();
  tell();
  if (grace === Infinity) return gone;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), grace)));
  const ended = await Promise.race([gone, late]);
  clearTimeout(timer);
  if (!ended) leaveBehind(worker);
  return ended;
}

function leaveBehind(worker: Worker): void {
  worker.unref();
  if (stuck.has(worker)) return;
  if (stuck.size === 0) process.on('exit', endAtExit);
  stuck.add(worker);
  worker.once('exit', () => {
    stuck.delete(worker);
    if (stuck.size === 0) process.off('exit', endAtExit);
  });
}

/** Whoever handles the other signals in JavaScript would never see them from here on. */
function endAtExit(): void {
  process.kill(process.pid, 'SIGKILL');
}
