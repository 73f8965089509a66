import type { InspectedFile, InspectedRow, RowRef } from './check.ts';
import { LabelIds } from './label-ids.ts';

/** Bytes of a row's place and label: file, number, line, label. */
export const REF_BYTES = 4 + 6 + 6 + 2;

/** Places of rows as bytes, which sort in the order of reading. */
export class RowRefs {
  readonly labels = new LabelIds();
  readonly #files: InspectedFile[] = [];

  write(row: InspectedRow, into: Buffer, at: number): void {
    this.#files[row.file.index] ??= row.file;
    into.writeUInt32BE(row.file.index, at);
    into.writeUIntBE(row.number, at + 4, 6);
    into.writeUIntBE(row.line ?? 0, at + 10, 6);
    into.writeUInt16BE(this.labels.idOf(row.label), at + 16);
  }

  read(from: Buffer, at: number): RowRef {
    const line = from.readUIntBE(at + 10, 6);
    return {
      file: this.#files[from.readUInt32BE(at)]!,
      number: from.readUIntBE(at + 4, 6),
      line: line === 0 ? undefined : line,
      label: this.labels.labelOf(from.readUInt16BE(at + 16)),
    };
  }
}
