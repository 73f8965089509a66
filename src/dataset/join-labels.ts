import { Fault } from '../core/fault.ts';
import type { Batch, DataFile, PlacedRow } from './open-data-file.ts';

/** Name of the file with the labels of such a file of pictures (`train-images-idx3-ubyte`, `train-labels-idx1-ubyte`); null for another name. */
export function labelFileName(name: string): string | null {
  const slash = name.lastIndexOf('/') + 1;
  const file = name.slice(slash);
  const labels = file.replace('images', 'labels').replace(/idx[2-9]/, 'idx1');
  return labels === file ? null : name.slice(0, slash) + labels;
}

/**
 * Rows of two files side by side.
 * @throws Fault `ERR_DATA` where one has more rows than the other
 */
export async function* joinLabels(inputs: DataFile, labels: DataFile, where: string): AsyncGenerator<Batch> {
  const others = each(labels);
  try {
    for await (const batch of inputs.rows()) {
      const joined: PlacedRow[] = [];
      for (const { row } of batch) {
        const label = await others.next();
        if (label.done === true) throw unequal(where);
        joined.push({ row: { ...row, label: label.value.row['data'] } });
      }
      yield joined;
    }
    if ((await others.next()).done !== true) throw unequal(where);
  } finally {
    await others.return(undefined);
  }
}

async function* each(file: DataFile): AsyncGenerator<PlacedRow> {
  for await (const batch of file.rows()) yield* batch;
}

function unequal(where: string): Fault {
  return new Fault('ERR_DATA', 'There are not as many labels as inputs.', { where });
}
