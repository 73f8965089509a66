import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export interface CorpusText {
  readonly text: string;
  readonly source: string;
}

interface Row extends CorpusText {
  readonly permissive?: boolean;
}

/** Real texts that may train what ships, longest pieces cut; repeated texts once. */
export function readCorpus(folder: string): readonly CorpusText[] {
  const seen = new Set<string>();
  const texts: CorpusText[] = [];
  for (const name of ['injection.jsonl.gz', 'harm.jsonl.gz']) {
    const path = join(folder, name);
    if (!existsSync(path)) throw new Error(`${path} is not there: the tagger is trained on its permissive rows`);
    for (const line of gunzipSync(readFileSync(path)).toString('utf8').trim().split('\n')) {
      const { text, source, permissive } = JSON.parse(line) as Row;
      if (permissive !== true || seen.has(text)) continue;
      seen.add(text);
      texts.push({ text: text.slice(0, 4000), source });
    }
  }
  return texts;
}

/** Sources whose capitalised words are identifiers and headings: what they hold is nobody's name. */
export function isCode(source: string): boolean {
  return / code$| docs$|cursorrules/.test(source);
}
