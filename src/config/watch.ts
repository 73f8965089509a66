import { createHash } from 'node:crypto';
import { watch, type FSWatcher } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface WatchOptions {
  /** Milliseconds between two looks at the files whatever the file system reports; default 2000. */
  readonly pollEvery?: number;
  /** Milliseconds of quiet after a report before the files are read; default 100. */
  readonly settleFor?: number;
}

export interface ConfigWatch {
  /** Resolves once the present content is known: what changes after that is reported. */
  readonly ready: Promise<void>;
  /** Looks now. When two looks see the same change, `onChange` has been called when the second resolves. */
  look(): Promise<void>;
  /**
   * Watches what another configuration names from now on. Where that is something else than before, `onChange` is
   * called once more, because the new files may have changed since they were read.
   */
  follow(target: Watched): void;
  close(): void;
}

/** No content has this hash. */
const UNKNOWN = '';

/** What is watched: a configuration file and the files that it names, all absolute. */
export interface Watched {
  readonly path: string;
  readonly watched: readonly string[];
}

/**
 * Calls `onChange` when the content of a watched file is another than before. Directories are watched rather than
 * files, because editors replace a file by renaming and Kubernetes swaps a symbolic link beside it; and since
 * reports get lost on network and overlay file systems, the content is compared every `pollEvery` as well.
 * A change counts when two looks see the same: a file that is half written or away for a moment is none.
 */
export function watchConfig(target: Watched, onChange: () => void, options: WatchOptions = {}): ConfigWatch {
  const { pollEvery = 2000, settleFor = 100 } = options;
  let files = [target.path, ...target.watched];
  const watchers = new Map<string, FSWatcher>();
  let known: string | null = null;
  /** Another content, seen once: a file that is being written or replaced right now looks different again soon. */
  let pending: string | null = null;
  let closed = false;
  let settling: NodeJS.Timeout | undefined;

  const settle = (): void => {
    clearTimeout(settling);
    settling = setTimeout(() => void look(), settleFor);
    settling.unref();
  };

  /** The directory of each file and of what it really is: the link and its target can both be swapped. */
  const watchDirectories = async (): Promise<void> => {
    const wanted = new Set<string>();
    for (const file of files) {
      wanted.add(dirname(file));
      const real = await realpath(file).catch(() => null);
      if (real !== null) wanted.add(dirname(real));
    }
    if (closed) return;
    for (const [directory, watcher] of watchers) {
      if (wanted.has(directory)) continue;
      watcher.close();
      watchers.delete(directory);
    }
    for (const directory of wanted) {
      if (watchers.has(directory)) continue;
      try {
        const watcher = watch(directory, { persistent: false }, settle);
        const forget = (): void => {
          watcher.close();
          watchers.delete(directory);
        };
        watcher.on('error', forget);
        watchers.set(directory, watcher);
      } catch {
        // No more inotify watches, or no such directory: the regular look finds the change.
      }
    }
  };

  const compare = async (): Promise<void> => {
    const now = await contentHash(files);
    if (closed) return;
    await watchDirectories();
    if (closed) return;
    if (known === null) {
      known = now;
    } else if (now === known) {
      pending = null;
    } else if (now !== pending) {
      pending = now;
      settle();
    } else {
      pending = null;
      known = now;
      onChange();
    }
  };

  /** One look after the other, so that two never race for `known`. */
  let looks: Promise<void> = Promise.resolve();
  let waiting = false;
  const look = (): Promise<void> => {
    if (closed || waiting) return looks;
    waiting = true;
    looks = looks
      .catch(() => {})
      .then(() => {
        waiting = false;
        return compare();
      });
    return looks;
  };

  const ready = look();
  const poll = setInterval(() => void look(), pollEvery);
  poll.unref();

  return {
    ready,
    look,
    follow(next) {
      const wanted = [next.path, ...next.watched];
      if (closed || (wanted.length === files.length && wanted.every((file, i) => file === files[i]))) return;
      files = wanted;
      known = UNKNOWN;
      void look();
    },
    close() {
      closed = true;
      clearTimeout(settling);
      clearInterval(poll);
      for (const watcher of watchers.values()) watcher.close();
      watchers.clear();
    },
  };
}

async function contentHash(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    try {
      const bytes = await readFile(file);
      hash.update(`${bytes.length}\n`).update(bytes);
    } catch {
      hash.update('missing\n');
    }
  }
  return hash.digest('hex');
}
