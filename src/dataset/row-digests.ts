import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { Fault } from '../core/fault.ts';
import { HASH_BYTES } from '../ledger/merkle.ts';
import type { DataManifest } from './data-manifest.ts';
import { MerkleRoot } from './merkle-root.ts';

const BLOCK = 2048;

/** Writes the leaf hashes of rows one after another, 32 bytes each, in the order of the manifest. */
export class RowDigestWriter {
  readonly #descriptor: number;
  readonly #buffer = Buffer.allocUnsafe(BLOCK * HASH_BYTES);
  #filled = 0;

  /** @throws the error of the file system */
  constructor(path: string) {
    this.#descriptor = openSync(path, 'w');
  }

  add(leaf: Uint8Array): void {
    this.#buffer.set(leaf, this.#filled);
    this.#filled += HASH_BYTES;
    if (this.#filled === this.#buffer.length) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
  }

  #flush(): void {
    for (let at = 0; at < this.#filled;) at += writeSync(this.#descriptor, this.#buffer, at, this.#filled - at);
    this.#filled = 0;
  }
}

/**
 * Leaf hashes of rows as they were when the data set was sealed. They need no signature: those of a file must lead to its root.
 */
export class RowDigests {
  readonly #descriptor: number;
  readonly #where: string;
  readonly #starts = new Map<string, { readonly start: number; readonly rows: number; readonly root: string | null }>();

  /** @throws Fault `ERR_DATA` where the file is not as long as the rows of the manifest */
  constructor(path: string, manifest: DataManifest, where: string) {
    this.#descriptor = openSync(path, 'r');
    this.#where = where;
    let start = 0;
    for (const file of manifest.files) {
      this.#starts.set(file.path, { start, rows: file.rows, root: file.root });
      start += file.rows;
    }
    if (fstatSync(this.#descriptor).size !== start * HASH_BYTES) {
      closeSync(this.#descriptor);
      throw new Fault('ERR_DATA', 'The file of row digests does not belong to this seal: it has another length.', {
        where,
      });
    }
  }

  /** Leaf hashes of a file's rows; each is valid until the next one is asked for. @throws Fault `ERR_DATA` at the end where they are not the sealed ones */
  *of(path: string): Generator<Buffer> {
    const known = this.#starts.get(path)!;
    const tree = new MerkleRoot();
    const buffer = Buffer.allocUnsafe(BLOCK * HASH_BYTES);
    for (let done = 0; done < known.rows;) {
      const wanted = Math.min(BLOCK, known.rows - done);
      let filled = 0;
      while (filled < wanted * HASH_BYTES) {
        const from = (known.start + done) * HASH_BYTES + filled;
        const count = readSync(this.#descriptor, buffer, filled, wanted * HASH_BYTES - filled, from);
        if (count === 0) throw this.#others(path);
        filled += count;
      }
      for (let at = 0; at < wanted; at++) {
        const leaf = buffer.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
        tree.addLeaf(Buffer.from(leaf));
        yield leaf;
      }
      done += wanted;
    }
    if (Buffer.from(tree.root()).toString('hex') !== known.root) throw this.#others(path);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #others(path: string): Fault {
    return new Fault('ERR_DATA', 'The row digests are not those of the sealed rows.', {
      where: `${this.#where}: ${path}`,
      hint: 'They were changed after the data set was sealed, or belong to another seal.',
    });
  }
}
