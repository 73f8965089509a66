import { parseDocument } from 'yaml';

/** One YAML document as plain values, with aliases limited; undefined where it is damaged. */
export function load(text: string): unknown {
  try {
    const document = parseDocument(text, { logLevel: 'silent', uniqueKeys: false });
    return document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}
