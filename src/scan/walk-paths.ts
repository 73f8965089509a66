import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { Fault } from '../core/fault.ts';
import { below, LinkFollower } from './follow-links.ts';
import type { ScanTask } from './scan-pool.ts';

/** Folders of other tools' own data: not looked at unless they are named. */
const PASSED_OVER: ReadonlySet<string> = new Set(['.git', 'node_modules', '.hg', '.svn', '__pycache__', '.venv']);

export interface WalkOptions {
  /** Folders and files to leave out: names, or paths with `/`, where `*` stands for anything but `/`. */
  readonly exclude?: readonly string[];
  /** Look into folders of other tools, too. */
  readonly all?: boolean;
  /** Told of links, which are not followed unless `links` says how. */
  readonly onLink?: (path: string) => void;
  readonly links?: {
    /** Follow links that lead out of the folders, too. */
    readonly everywhere: boolean;
    /** Told of a link that is not followed, and why: as the end of the sentence "not looked at: …". */
    readonly onUnread: (path: string, target: string, reason: string) => void;
  };
  /** Told of a folder inside the walk that cannot be listed, and why; without it, the walk ends with a fault there. */
  readonly onUnlisted?: (path: string, reason: string) => void;
  /** Told of what is neither a file, a folder nor a link: a pipe, a socket, a device. It is not opened. */
  readonly onOther?: (path: string) => void;
}

/**
 * Files of the given paths, folder by folder in the order of names. Symbolic links inside folders are followed where `links` is there (see
 * `LinkFollower`): each file and folder once.
 * @param paths as the user wrote them, relative to `cwd`
 * @throws Fault `ERR_USAGE` for a path that does not exist; for a folder that cannot be listed, where `onUnlisted` is not there
 */
export async function* walkPaths(
  paths: readonly string[],
  cwd: string,
  options: WalkOptions = {},
): AsyncGenerator<ScanTask> {
  const excluded = (options.exclude ?? []).map(toMatcher);
  const leaveOut = (shown: string, name: string): boolean =>
    excluded.some((matches) => matches(shown) || matches(name));

  const { links } = options;
  const roots: { readonly real: string; readonly shown: string }[] = [];
  /** Whether the walk comes to a file by folders alone, without a link. */
  const visits = (real: string): boolean =>
    roots.some((root) => {
      const parts = below(root.real, real).split('/');
      if (parts[0] === '..' || isAbsolute(parts[0]!)) return false;
      return (
        (options.all === true || !parts.slice(0, -1).some((name) => PASSED_OVER.has(name))) &&
        !parts.some((name, at) => leaveOut(`${root.shown}/${parts.slice(0, at + 1).join('/')}`, name))
      );
    });
  const follower = links === undefined ? null : new LinkFollower({ everywhere: links.everywhere, visits });

  /** @param real path of the folder without links; null where nothing is followed */
  async function* into(
    path: string,
    shown: string,
    around: Skill | null = null,
    real: string | null = null,
    linked: string | null = null,
  ): AsyncGenerator<ScanTask> {
    if (real !== null && follower?.enter(real) === false) return;
    let entries;
    try {
      entries = await readdir(path, { withFileTypes: true });
    } catch (cause) {
      if (options.onUnlisted === undefined)
        throw new Fault('ERR_USAGE', 'A folder cannot be listed.', { where: shown, cause });
      return options.onUnlisted(shown, unlisted(shown, (cause as NodeJS.ErrnoException).code ?? 'unknown'));
    }
    const own = entries.some((entry) => entry.name.toLowerCase() === 'skill.md' && entry.isFile());
    const skill = own ? { path, shown } : around;
    const context = skill === null ? {} : { context: { skill: skill.shown } };
    // In a cache of Hugging Face names stand at the links of snapshots: these first.
    const cache = entries.some(({ name }) => name === 'snapshots');
    const order = (name: string): string => (cache && name === 'blobs' ? '\uffff' : name);
    for (const entry of entries.toSorted((a, b) => (order(a.name) < order(b.name) ? -1 : 1))) {
      const inside = join(path, entry.name);
      const name = `${shown}/${entry.name}`;
      const target = linked === null ? {} : { link: `${linked}/${entry.name}` };
      if (leaveOut(name, entry.name)) continue;
      if (entry.isSymbolicLink()) {
        if (skill !== null && (await leadsOut(inside, skill.path))) {
          yield { path: inside, shown: name, context: { skill: skill.shown, link: true } };
        } else if (follower === null || links === undefined || real === null) options.onLink?.(name);
        else {
          const to = await follower.follow(inside, real);
          if (to.kind === 'file') yield { path: to.real, shown: name, link: to.target, ...context };
          else if (to.kind === 'folder') yield* into(to.real, name, skill, to.real, to.target);
          else if (to.kind === 'unread') links.onUnread(name, to.target, to.reason);
          else options.onLink?.(name);
        }
      } else if (entry.isDirectory()) {
        // Python runs the byte code of a skill in place of its source.
        const passedOver = PASSED_OVER.has(entry.name) && !(skill !== null && entry.name === '__pycache__');
        const to = real === null ? null : join(real, entry.name);
        if (options.all === true || !passedOver) yield* into(inside, name, skill, to, target.link ?? null);
      } else if (entry.isFile()) {
        if (real !== null && follower?.took(join(real, entry.name)) === true) continue;
        yield { path: inside, shown: name, ...target, ...context };
      } else options.onOther?.(name);
    }
  }

  const pathOf = (given: string): string => join(cwd, relative(cwd, join(given.startsWith('/') ? '/' : cwd, given)));
  const shownOf = (given: string): string => given.replace(/\/+$/, '') || '/';
  // All of them first: a link in one may lead into another.
  for (const given of follower === null ? [] : paths) {
    const real = (await isFolder(pathOf(given))) ? await realpath(pathOf(given)).catch(() => null) : null;
    if (real === null) continue;
    roots.push({ real, shown: shownOf(given) });
    follower?.addRoot(real);
  }

  for (const given of paths) {
    const path = pathOf(given);
    let stats;
    try {
      stats = await lstat(path);
    } catch (cause) {
      throw new Fault('ERR_USAGE', 'There is no such file or folder.', { where: given, cause });
    }
    const shown = shownOf(given);
    if (stats.isDirectory() || stats.isSymbolicLink()) {
      const target = stats.isSymbolicLink() ? await isFolder(path) : true;
      if (target) {
        const real = follower === null ? null : await realpath(path);
        yield* into(path, shown, null, real);
      } else yield { path, shown };
    } else if (stats.isFile()) {
      const skill = /(?:^|\/)skill\.md$/i.test(shown) ? dirname(shown) : null;
      yield skill === null ? { path, shown } : { path, shown, context: { skill } };
    } else throw new Fault('ERR_USAGE', 'This is neither a file nor a folder.', { where: given });
  }
}

interface Skill {
  readonly path: string;
  readonly shown: string;
}

/** Whether a link leads to a place outside the skill that it is in; of a link that leads nowhere, where it would lead. */
async function leadsOut(link: string, skill: string): Promise<boolean> {
  try {
    const inside = relative(await realpath(skill), await realpath(link));
    return inside.startsWith('..') || isAbsolute(inside);
  } catch {
    const target = await readlink(link);
    return isAbsolute(target) || relative(skill, join(dirname(link), target)).startsWith('..');
  }
}

/** Why, as the end of a sentence. Names that are no UTF-8 come with U+FFFD in them, by which nothing can be opened. */
function unlisted(shown: string, code: string): string {
  return code === 'ENOENT' && shown.includes('\ufffd')
    ? 'the folder cannot be listed: its name is no UTF-8'
    : `the folder cannot be listed (${code})`;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    await readdir(path);
    return true;
  } catch {
    return false;
  }
}

/** `*` is anything but a slash; everything else is itself. */
function toMatcher(pattern: string): (name: string) => boolean {
  const parts = pattern.replace(/\/+$/, '').split('*');
  return (name) => {
    if (parts.length === 1) return name === parts[0] || name.endsWith(`/${parts[0]!}`);
    if (!name.startsWith(parts[0]!)) return false;
    let at = parts[0]!.length;
    for (const part of parts.slice(1, -1)) {
      const found = name.indexOf(part, at);
      if (found === -1 || name.slice(at, found).includes('/')) return false;
      at = found + part.length;
    }
    const last = parts.at(-1)!;
    return (
      name.length >= at + last.length && name.endsWith(last) && !name.slice(at, name.length - last.length).includes('/')
    );
  };
}
