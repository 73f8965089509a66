import { EMPTY_ROOT, leafHash, nodeHash } from '../ledger/merkle.ts';

/** The root of a tree whose leaves arrive one by one (RFC 6962 §2.1): holds one hash for each level, whatever the number of leaves. */
export class MerkleRoot {
  /** Roots of whole subtrees, the largest first. */
  readonly #stack: Uint8Array[] = [];
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

  addLeaf(leaf: Uint8Array): void {
    let node = leaf;
    let rest = this.#count;
    while (rest % 2 === 1) {
      node = nodeHash(this.#stack.pop()!, node);
      rest = (rest - 1) / 2;
    }
    this.#stack.push(node);
    this.#count++;
  }

  /** 32 bytes. More leaves may follow. */
  root(): Uint8Array {
    let root = this.#stack.at(-1);
    for (let at = this.#stack.length - 2; at >= 0; at--) root = nodeHash(this.#stack[at]!, root!);
    return root ?? EMPTY_ROOT;
  }
}
