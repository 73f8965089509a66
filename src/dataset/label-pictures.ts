import { shown as visible } from './check.ts';
import type { Building, Gap } from './checked-file.ts';
import { type Batch, type DataFile, openDataFile, type ReadOptions } from './open-data-file.ts';
import { isPictureMetadata, type PictureLabels, readPictureLabels, withLabel } from './picture-labels.ts';

/** Pictures whose label stands in a file of metadata beside or above them, with it. */
export async function labelPictures(
  opened: readonly { readonly building: Building; readonly data: DataFile }[],
  options: ReadOptions & { readonly label: string | null },
  gap: Gap,
): Promise<ReadonlyMap<string, { readonly data: DataFile; readonly folder: string }>> {
  const labelled = new Map<string, { data: DataFile; folder: string }>();
  const byFolder = new Map<
    string,
    { readonly shown: string; readonly labels: PictureLabels; readonly seen: Set<string> }
  >();
  if (!opened.some(({ data }) => data.format === 'image')) return labelled;
  for (const { building } of opened) {
    const { shown, path } = building.task;
    if (!isPictureMetadata(shown)) continue;
    try {
      const data = openDataFile(path, { ...options, onBadRow: () => {} })!;
      const labels = await readPictureLabels(data, options.label);
      if (labels !== null) byFolder.set(folderOf(shown), { shown, labels, seen: new Set() });
    } catch {
      // It is read once more as a file with rows, and its error told then.
    }
  }
  for (const { building, data } of opened) {
    if (data.format !== 'image') continue;
    const { shown } = building.task;
    let folder = folderOf(shown);
    while (!byFolder.has(folder) && folder !== folderOf(folder)) folder = folderOf(folder);
    const metadata = byFolder.get(folder);
    if (metadata === undefined) continue;
    const name = shown.slice(folder === '' ? 0 : folder.length + 1);
    const row = metadata.labels.rows.get(name);
    const { labelColumn } = metadata.labels;
    if (row === undefined) gap(shown, `${metadata.shown} does not name it`);
    else metadata.seen.add(name);
    if (row === undefined || labelColumn === null) continue;
    const rows = (): AsyncGenerator<Batch> => withLabel(data.rows(), labelColumn, row.label);
    labelled.set(shown, { data: { format: 'image', rows }, folder });
  }
  for (const { shown, labels, seen } of byFolder.values()) {
    const absent = [...labels.rows].filter(([name]) => !seen.has(name));
    const first = absent[0];
    if (first === undefined) continue;
    const place = first[1].line === undefined ? `row ${first[1].number}` : `line ${first[1].line}`;
    gap(
      shown,
      `${absent.length} of ${labels.rows.size} files that it names are no pictures that are there, first ${visible(first[0])} in ${place}`,
    );
  }
  return labelled;
}

/** The folder of a file as results show it; that of the outermost is empty. */
export function folderOf(shown: string): string {
  return shown.slice(0, Math.max(0, shown.lastIndexOf('/')));
}
