import { hash } from 'node:crypto';
import { EMPTY_ROOT, HASH_BYTES, leafHash } from '../ledger/merkle.ts';

/** Levels of a tree with as many leaves as a number can count. */
const LEVELS = 54;
/** RFC 6962 §2.1: 0x01, left, right. */
const NODE = Buffer.alloc(1 + 2 * HASH_BYTES, 0x01);

/** The root of a tree whose leaves arrive one by one (RFC 6962 §2.1): holds one hash for each level, whatever the number of leaves. */
export class MerkleRoot {
  /** Roots of whole subtrees, the largest first. */
  readonly #stack = Buffer.alloc(LEVELS * HASH_BYTES);
  #height = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @returns the leaf's hash */
  add(entry: Uint8Array): Buffer {
    const leaf = leafHash(entry);
    this.addLeaf(leaf);
    return leaf;
  }

  /** @param leaf is copied */
  addLeaf(leaf: Uint8Array): void {
    this.#stack.set(leaf, this.#height * HASH_BYTES);
    this.#height++;
    for (let rest = this.#count; rest % 2 === 1; rest = (rest - 1) / 2) {
      this.#height--;
      const left = (this.#height - 1) * HASH_BYTES;
      this.#stack.copy(NODE, 1, left, left + 2 * HASH_BYTES);
      // As a string a digest costs a third of what it costs as a buffer.
      this.#stack.write(hash('sha256', NODE, 'binary'), left, 'latin1');
    }
    this.#count++;
  }

  /** 32 bytes. More leaves may follow. */
  root(): Uint8Array {
    if (this.#height === 0) return EMPTY_ROOT;
    const top = (this.#height - 1) * HASH_BYTES;
    const root = Buffer.from(this.#stack.subarray(top, top + HASH_BYTES));
    for (let at = top - HASH_BYTES; at >= 0; at -= HASH_BYTES) {
      this.#stack.copy(NODE, 1, at, at + HASH_BYTES);
      root.copy(NODE, 1 + HASH_BYTES);
      root.write(hash('sha256', NODE, 'binary'), 'latin1');
    }
    return root;
  }
}
