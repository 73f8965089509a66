import { readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, relative, sep } from 'node:path';

/** Where a link leads, for whoever walks folders. */
export type Followed =
  /** Look at what it leads to, under the name of the link. `target`: as the link says it. */
  | { readonly kind: 'file' | 'folder'; readonly real: string; readonly target: string }
  /** It is looked at elsewhere in the walk, or has been. */
  | { readonly kind: 'seen' }
  | { readonly kind: 'unread'; readonly reason: string; readonly target: string };

export interface FollowOptions {
  /** Follow links that lead out of what is looked at, too. */
  readonly everywhere: boolean;
  /** Whether the walk reaches this file inside one of its folders by itself. */
  readonly visits: (real: string) => boolean;
}

/** Names by which a file is known for what it is, whatever its bytes say. */
const KNOWN_BY_NAME =
  /\.(?:py|pyi|pyc|ipynb|json|jsonc|ya?ml|toml|md|txt|sh|env|properties|cfg|ini|tf)$|^(?:dockerfile|containerfile|makefile|\.env)/i;

/**
 * Decides about symbolic links: what is inside the folders that are looked at, and the blobs of a Hugging Face cache to which its snapshots lead, are
 * looked at once; other places only where that is asked for. A folder is entered once, so that links in a circle come to an end.
 */
export class LinkFollower {
  readonly #options: FollowOptions;
  /** Real paths of the folders of the walk. */
  readonly #roots: string[] = [];
  readonly #entered = new Set<string>();
  /** Files that were looked at by a link: real path, and the ending under which they were. */
  readonly #taken = new Set<string>();

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  /** A folder of the walk, by its real path: inside it links are followed. */
  addRoot(real: string): void {
    this.#roots.push(real);
  }

  /** False where the folder has been entered before. */
  enter(real: string): boolean {
    if (this.#entered.has(real)) return false;
    this.#entered.add(real);
    return true;
  }

  /** Whether a file has been looked at by a link, as what its own name says it is. */
  took(real: string): boolean {
    return this.#taken.has(readAs(real, real));
  }

  /**
   * @param link path of the link
   * @param folder real path of the folder that it is in
   */
  async follow(link: string, folder: string): Promise<Followed> {
    const target = await readlink(link).catch(() => '?');
    const unread = (reason: string): Followed => ({ kind: 'unread', reason, target });
    let real: string;
    let stats;
    try {
      real = await realpath(link);
      stats = await stat(real);
    } catch (error) {
      return unread(
        (error as NodeJS.ErrnoException).code === 'ELOOP'
          ? 'it is a link that leads in a circle'
          : 'it is a link to what is not there or cannot be reached',
      );
    }
    if (!stats.isFile() && !stats.isDirectory()) return unread('it is a link to what is neither a file nor a folder');
    const inside = this.#roots.some((root) => isWithin(real, root));
    const blob = stats.isFile() && isBlobOf(real, folder);
    if (!inside && !blob && !this.#options.everywhere) {
      return unread('it is a link out of what is looked at; --follow looks there, too');
    }
    if (stats.isDirectory()) {
      return this.#entered.has(real) || this.#entersItself(real, inside)
        ? { kind: 'seen' }
        : { kind: 'folder', real, target };
    }
    if (this.#taken.has(readAs(real, link))) return { kind: 'seen' };
    const sameKind = !KNOWN_BY_NAME.test(basename(link)) || extension(link) === extension(real);
    if (inside && !blob && sameKind && this.#options.visits(real)) return { kind: 'seen' };
    this.#taken.add(readAs(real, link));
    // A name that says nothing, as those of blobs do, adds nothing to what the link's name said.
    if (!KNOWN_BY_NAME.test(basename(real))) this.#taken.add(readAs(real, real));
    return { kind: 'file', real, target };
  }

  #entersItself(real: string, inside: boolean): boolean {
    return inside && this.#options.visits(`${real}${sep}\0`);
  }
}

/** `…/snapshots/REVISION/…` beside `…/blobs/DIGEST`: how the cache of Hugging Face keeps a repository. */
function isBlobOf(real: string, folder: string): boolean {
  const blobs = dirname(real);
  return basename(blobs) === 'blobs' && isWithin(folder, `${dirname(blobs)}${sep}snapshots`);
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

/** A file, as the readers see it that go by names. */
function readAs(real: string, name: string): string {
  return `${real}\0${extension(name)}`;
}

function extension(path: string): string {
  const name = basename(path);
  return name.slice(name.lastIndexOf('.') + 1).toLowerCase();
}

/** A path below a folder, with `/`. */
export function below(folder: string, path: string): string {
  return relative(folder, path).split(sep).join('/');
}
