import { lstat, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ScanTask } from '../scan-pool.ts';
import { walkPaths, type WalkOptions } from '../walk-paths.ts';
import { HOME_PLACES, MACHINE_PLACES, PROJECT_PLACES } from './agent-places.ts';

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
    for (const place of places) {
      for (const path of await expand(root, place)) {
        for await (const task of walkPaths([path], '/', options)) {
          if (seen.has(task.path)) continue;
          seen.add(task.path);
          const name = (full: string): string => (root === '' ? full : `${shown}${full.slice(root.length)}`);
          const context =
            task.context?.skill === undefined ? {} : { context: { ...task.context, skill: name(task.context.skill) } };
          yield { path: task.path, shown: name(task.shown), ...context };
        }
      }
    }
  }
  if (home !== null) yield* below(home.replace(/[/\\]+$/, ''), '~', HOME_PLACES);
  for (const { path, shown } of projects) yield* below(path.replace(/[/\\]+$/, ''), shown, PROJECT_PLACES);
  if (machine) yield* below('', '', MACHINE_PLACES);
}

/** Paths of a place that are there. */
async function expand(root: string, place: string): Promise<readonly string[]> {
  const star = place.indexOf('*');
  if (star !== -1) {
    const folder = join(root, dirname(place.slice(0, star + 1)));
    const rest = place.slice(star + 1);
    try {
      const names = (await readdir(folder)).toSorted().slice(0, 1000);
      return (await Promise.all(names.map((name) => existing(`${folder}/${name}${rest}`)))).flat();
    } catch {
      return [];
    }
  }
  return existing(root === '' ? place : `${root}/${place}`);
}

async function existing(path: string): Promise<readonly string[]> {
  try {
    const stats = await lstat(path.replace(/\/$/, ''));
    if (stats.isSymbolicLink()) return [path.replace(/\/$/, '')];
    return stats.isDirectory() === path.endsWith('/') && (stats.isDirectory() || stats.isFile())
      ? [path.replace(/\/$/, '')]
      : [];
  } catch {
    return [];
  }
}
