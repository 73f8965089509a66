import { hash } from 'node:crypto';
import type { InspectedRow, NearPair } from './check.ts';
import { ExternalSort } from './external-sort.ts';
import { BAND_ROWS, BANDS, estimate, pairsOf, SIGNATURE, signatureOf } from './minhash.ts';
import { RecordFile } from './record-file.ts';
import { REF_BYTES, type RowRefs } from './row-refs.ts';
import { isProse } from './row-texts.ts';

/** Number of the band and 64 bits of hash of its rows. */
const BAND = 9;
const INDEX = 6;
const TEXT_DIGEST = 8;
/** Rows of one bucket that the others are compared with: a bucket with every row in it costs no more than this often its length. */
const MOST_FIRST = 8;

/**
 * Finds rows whose texts are nearly the same, by MinHash signatures and locality-sensitive hashing (Leskovec, Rajaraman and Ullman, "Mining of
 * Massive Datasets", ch. 3): 16 bands of 6 hashes, so that a pair of similarity 0.8 is compared with probability 0.99, one of 0.5 with 0.22. Memory
 * does not grow with the rows.
 */
export class NearDuplicateFinder {
  readonly #refs: RowRefs;
  readonly #similarity: number;
  readonly #records = new RecordFile(SIGNATURE + TEXT_DIGEST + REF_BYTES);
  readonly #bands = new ExternalSort(BAND + INDEX);
  readonly #pairs = new ExternalSort(INDEX * 2 + 1);
  readonly #signature = new Uint32Array(SIGNATURE);
  readonly #record = Buffer.alloc(SIGNATURE + TEXT_DIGEST + REF_BYTES);
  readonly #band = Buffer.alloc(BAND + INDEX);

  constructor(refs: RowRefs, similarity: number) {
    this.#refs = refs;
    this.#similarity = similarity;
  }

  add(row: InspectedRow): void {
    const text = row.texts
      .filter((one) => !row.idColumns.has(one.column) && isProse(one.text))
      .map((one) => one.text)
      .join('\n');
    if (text === '') return;
    const pairs = pairsOf(text);
    if (pairs === null) return;
    signatureOf(pairs, this.#signature);
    for (let at = 0; at < SIGNATURE; at++) this.#record[at] = this.#signature[at]! & 0xff;
    this.#record.write(hash('sha256', text, 'binary').slice(0, TEXT_DIGEST), SIGNATURE, 'latin1');
    this.#refs.write(row, this.#record, SIGNATURE + TEXT_DIGEST);
    const index = this.#records.count;
    this.#records.append(this.#record);
    for (let band = 0; band < BANDS; band++) {
      let high = 0x811c9dc5 | 0;
      let low = 0x2545f491 | 0;
      for (let at = band * BAND_ROWS; at < (band + 1) * BAND_ROWS; at++) {
        high = Math.imul(high ^ this.#signature[at]!, 0x01000193);
        low = Math.imul(low ^ this.#signature[at]!, 0x85ebca6b);
        high ^= high >>> 15;
        low ^= low >>> 13;
      }
      this.#band[0] = band;
      this.#band.writeInt32BE(high, 1);
      this.#band.writeInt32BE(low, 5);
      this.#band.writeUIntBE(index, BAND, INDEX);
      this.#bands.add(this.#band);
    }
  }

  /** Each row that is like an earlier one, once. */
  *pairs(): Generator<NearPair> {
    this.#compare();
    let last = -1;
    for (const pair of this.#pairs.sorted()) {
      const later = pair.readUIntBE(0, INDEX);
      if (later === last) continue;
      last = later;
      const row = this.#refs.read(this.#records.read(later), SIGNATURE + TEXT_DIGEST);
      const like = this.#refs.read(this.#records.read(pair.readUIntBE(INDEX, INDEX)), SIGNATURE + TEXT_DIGEST);
      yield { row, like, similarity: pair[INDEX * 2]! / 255 };
    }
  }

  close(): void {
    this.#records.close();
    this.#bands.close();
    this.#pairs.close();
  }

  #compare(): void {
    const pair = Buffer.alloc(INDEX * 2 + 1);
    const bucket = Buffer.alloc(BAND);
    let any = false;
    /** The first row of the bucket; its record is read when there is a second one, for most rows are alone in theirs. */
    let alone = -1;
    let first: { readonly index: number; readonly record: Buffer }[] = [];
    for (const one of this.#bands.sorted()) {
      const index = one.readUIntBE(BAND, INDEX);
      if (!any || !sameBand(one, bucket)) {
        one.copy(bucket, 0, 0, BAND);
        any = true;
        alone = index;
        continue;
      }
      if (alone !== -1) {
        first = [{ index: alone, record: Buffer.from(this.#records.read(alone)) }];
        alone = -1;
      }
      const record = this.#records.read(index);
      let known = false;
      for (const other of first) {
        if (sameText(record, other.record)) {
          known = true;
          break;
        }
        const similarity = estimate(record, other.record);
        if (similarity < this.#similarity) continue;
        pair.writeUIntBE(index, 0, INDEX);
        pair.writeUIntBE(other.index, INDEX, INDEX);
        pair[INDEX * 2] = Math.round(similarity * 255);
        this.#pairs.add(pair);
        known = true;
        break;
      }
      if (!known && first.length < MOST_FIRST) first.push({ index, record: Buffer.from(record) });
    }
  }
}

function sameBand(a: Buffer, b: Buffer): boolean {
  // From the end: neighbours differ there first.
  for (let at = BAND - 1; at >= 0; at--) if (a[at] !== b[at]) return false;
  return true;
}

function sameText(a: Buffer, b: Buffer): boolean {
  return a.compare(b, SIGNATURE, SIGNATURE + TEXT_DIGEST, SIGNATURE, SIGNATURE + TEXT_DIGEST) === 0;
}
