import { isRecord } from '../conversation/json-shape.ts';
import type { JsonPath } from '../conversation/segment.ts';
import { ECHO } from '../conversation/unread-strings.ts';
import type { JsonEdit } from '../text/json/splice-json.ts';
import { stringLeaves } from '../text/json/string-leaves.ts';
import { findPlaceholders } from './find-placeholders.ts';
import { restoreText, type Restoring } from './restorer.ts';

/**
 * A Responses object repeats the request (`instructions`, `tools`, …) as the provider got it: with placeholders. It is the
 * caller's own text and no rule's business, but the caller is to get it back as it was.
 *
 * @param path of `value` in its document.
 */
export function restoreEcho(restoring: Restoring, value: unknown, path: JsonPath): readonly JsonEdit[] {
  if (!isRecord(value) || value['object'] !== 'response' || restoring.vault.size === 0) return [];
  const edits: JsonEdit[] = [];
  for (const name of ECHO) {
    for (const leaf of stringLeaves(value[name], [...path, name])) {
      if (findPlaceholders(leaf.text, restoring.vault).length === 0) continue;
      const restored = restoreText(restoring, 'text', leaf.text);
      if (restored !== leaf.text) edits.push({ path: leaf.path, value: restored });
    }
  }
  return edits;
}
