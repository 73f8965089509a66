import { lstat, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ScanTask } from '../scan-pool.ts';
import { walkPaths, type WalkOptions } from '../walk-paths.ts';
import { HOME_PLACES, MACHINE_PLACES, PROJECT_PLACES } from './agent-places.ts';
import { trimEndOf } from '../../text/trim-end-of.ts';

export interface AgentPlaces {
  /** Home folder to look below, or null for none. */
  readonly home: string | null;
  /** Folders of projects, with the names that results show for them. */
  readonly projects: readonly { readonly path: string; readonly shown: string }[];
  /** Look at what administrators set for the whole machine, too. */
  readonly machine: boolean;
  readonly options?: WalkOptions;
}

/**
 * Files of agents in their usual places, each once: below a home folder (shown as `~/…`), below projects, and for the whole machine.
 * @throws Fault `ERR_USAGE` for a folder that cannot be listed
 */
export async function* discoverAgents({
  home,
  projects,
  machine,
  options = {},
}: AgentPlaces): AsyncGenerator<ScanTask> {
  const seen = new Set<string>();
  async function* below(root: string, shown: string, places: readonly string[]): AsyncGenerator<ScanTask> {
    const name = (full: string): string => (root === '' ? full : `${shown}${full.slice(root.length)}`);
    const { onUnlisted } = options;
    const walk: WalkOptions =
      onUnlisted === undefined
        ? options
        : { ...options, onUnlisted: (folder, reason) => onUnlisted(name(folder), reason) };
    for (const place of places) {
      for (const { path, closed } of await expand(root, place)) {
        // Opening it fails, and is told as that.
        const tasks = closed ? [{ path, shown: path }] : walkPaths([path], '/', walk);
        for await (const task of tasks as Iterable<ScanTask> | AsyncIterable<ScanTask>) {
          if (seen.has(task.path)) continue;
          seen.add(task.path);
          const context =
            task.context?.skill === undefined ? {} : { context: { ...task.context, skill: name(task.context.skill) } };
          yield { path: task.path, shown: name(task.shown), ...context };
        }
      }
    }
  }
  if (home !== null) yield* below(trimEndOf(home, '/\\'), '~', HOME_PLACES);
  for (const { path, shown } of projects) yield* below(trimEndOf(path, '/\\'), shown, PROJECT_PLACES);
  if (machine) yield* below('', '', MACHINE_PLACES);
}

interface Place {
  readonly path: string;
  /** It is there, or may be, and cannot be looked at. */
  readonly closed: boolean;
}

/** Paths of a place that are there, or that cannot be looked at. */
async function expand(root: string, place: string): Promise<readonly Place[]> {
  const star = place.indexOf('*');
  if (star !== -1) {
    const folder = join(root, dirname(place.slice(0, star + 1)));
    const rest = place.slice(star + 1);
    try {
      const names = (await readdir(folder)).toSorted();
      const found: Place[] = [];
      for (const name of names) found.push(...(await existing(`${folder}/${name}${rest}`)));
      return found;
    } catch (cause) {
      return isAbsent(cause) ? [] : [{ path: folder, closed: true }];
    }
  }
  return existing(root === '' ? place : `${root}/${place}`);
}

async function existing(given: string): Promise<readonly Place[]> {
  const path = given.replace(/\/$/, '');
  try {
    const stats = await lstat(path);
    if (stats.isSymbolicLink()) return [{ path, closed: false }];
    return stats.isDirectory() === given.endsWith('/') && (stats.isDirectory() || stats.isFile())
      ? [{ path, closed: false }]
      : [];
  } catch (cause) {
    return isAbsent(cause) ? [] : [{ path, closed: true }];
  }
}

/** Not there, which is no matter; whatever else keeps a place from being looked at is. */
function isAbsent(cause: unknown): boolean {
  const { code } = cause as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
