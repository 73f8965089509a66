import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault } from '../core/fault.ts';
import type { OfferFinding } from './inspect-offer.ts';

/** A tool that was approved, with the definition that was. */
const pinnedTool = z.strictObject({
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  definition: z.record(z.string(), z.unknown()),
  /** `checked`: nothing was found in it when the server was first seen. `approved`: a person said yes. */
  by: z.enum(['checked', 'approved']),
  at: z.string(),
});

/** A tool that waits for a person: new, changed, or with findings. */
const heldTool = z.strictObject({
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  definition: z.record(z.string(), z.unknown()),
  why: z.enum(['new', 'changed', 'findings']),
  findings: z.array(z.strictObject({ rule: z.string(), path: z.string(), message: z.string() })),
  at: z.string(),
});

const entryGroup = z.strictObject({ pinned: z.record(z.string(), pinnedTool), held: z.record(z.string(), heldTool) });

/** What a server lists beside tools. */
export const ENTRY_KINDS = ['prompts', 'resources', 'resourceTemplates'] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

const pinFile = z.strictObject({
  v: z.literal(1),
  server: z.string(),
  /** Digest of how it is started or reached, and that in words. */
  launch: z.strictObject({ digest: z.string(), shown: z.string() }),
  /** As the server calls itself. */
  name: z.string().nullable(),
  /** Digest of what it tells the model about itself; null when it told nothing. */
  instructions: z.strictObject({ digest: z.string(), text: z.string() }).nullable(),
  /** What it tells now, and waits for a person. */
  heldInstructions: z.strictObject({ digest: z.string(), text: z.string(), why: z.string() }).nullable(),
  tools: z.record(z.string(), pinnedTool),
  held: z.record(z.string(), heldTool),
  /** By kind; absent until it was listed once. */
  entries: z
    .strictObject({
      prompts: entryGroup.optional(),
      resources: entryGroup.optional(),
      resourceTemplates: entryGroup.optional(),
    })
    .default({}),
});

export type EntryGroup = Readonly<z.infer<typeof entryGroup>>;
export type Pins = Readonly<z.infer<typeof pinFile>>;
export type HeldTool = Readonly<z.infer<typeof heldTool>> & { readonly findings: readonly OfferFinding[] };

const MOST_BYTES = 32 * 1024 * 1024;
const FILE = /^[a-z0-9][a-z0-9._-]{0,63}\.json$/;

/**
 * What was approved, a file for each server in one directory. Files are replaced as a whole, and read again when they have
 * changed, so that an approval in another terminal holds at once.
 */
export class PinStore {
  readonly #directory: string;
  readonly #seen = new Map<string, { readonly stamp: string; readonly pins: Pins }>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** @throws Fault `ERR_STORE` when the file is there and cannot be used: then nothing of the server is shown. */
  read(server: string): Pins | null {
    const path = this.#path(server);
    let stamp: string;
    try {
      const { mtimeMs, size, ino } = statSync(path);
      if (size > MOST_BYTES) throw this.#damaged(path);
      stamp = `${mtimeMs} ${size} ${ino}`;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
      if (cause instanceof Fault) throw cause;
      throw this.#damaged(path, cause);
    }
    const seen = this.#seen.get(server);
    if (seen?.stamp === stamp) return seen.pins;
    let pins: Pins;
    try {
      pins = pinFile.parse(JSON.parse(readFileSync(path, 'utf8')));
    } catch (cause) {
      throw this.#damaged(path, cause);
    }
    if (pins.server !== server) throw this.#damaged(path);
    this.#seen.set(server, { stamp, pins });
    return pins;
  }

  /** @throws Fault `ERR_STORE`. */
  write(pins: Pins): void {
    const path = this.#path(pins.server);
    const draft = join(this.#directory, `.${pins.server}-${randomBytes(6).toString('hex')}`);
    try {
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
      writeFileSync(draft, `${JSON.stringify(pins, null, 2)}\n`, { mode: 0o600, flag: 'wx', flush: true });
      renameSync(draft, path);
    } catch (cause) {
      throw new Fault('ERR_STORE', 'The pins of the server cannot be written.', { where: path, cause });
    }
    this.#seen.delete(pins.server);
  }

  servers(): readonly string[] {
    try {
      return readdirSync(this.#directory)
        .filter((name) => FILE.test(name))
        .map((name) => name.slice(0, -'.json'.length))
        .toSorted();
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw new Fault('ERR_STORE', 'The pins cannot be read.', { where: this.#directory, cause });
    }
  }

  /** Names of the approved tools of all other servers. */
  foreign(server: string): ReadonlySet<string> {
    return new Set(
      this.servers()
        .filter((other) => other !== server)
        .flatMap((other) => Object.keys(this.read(other)?.tools ?? {})),
    );
  }

  #path(server: string): string {
    const name = `${server}.json`;
    if (!FILE.test(name)) throw new Fault('ERR_USAGE', `"${server}" is no name for a server.`);
    return join(this.#directory, name);
  }

  #damaged(path: string, cause?: unknown): Fault {
    return new Fault('ERR_STORE', 'The pins of the server are damaged.', {
      where: path,
      hint: 'Restore the file, or remove it and approve the server again.',
      cause,
    });
  }
}
