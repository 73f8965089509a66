/** What an allow-list entry covers, as names and values in the order in which one reads them. */
export function coversOf(
  covers: Readonly<Record<string, unknown>>,
): readonly { readonly name: string; readonly value: string }[] {
  return NAMES.flatMap(([key, name]): { name: string; value: string }[] => {
    const value = covers[key];
    if (value === undefined || value === null) return [];
    if (key === 'hash') return [{ name, value: `${String(value).replace('hmac-sha256:', '').slice(0, 12)}…` }];
    return [{ name, value: Array.isArray(value) ? value.join(', ') : String(value) }];
  });
}

const NAMES = [
  ['rules', 'rule'],
  ['detectors', 'detector'],
  ['findings', 'finding'],
  ['labels', 'label'],
  ['hash', 'value with hash'],
  ['text', 'passage'],
  ['pattern', 'pattern'],
  ['origins', 'from'],
  ['principals', 'for'],
  ['teams', 'team'],
  ['models', 'model'],
  ['surfaces', 'surface'],
] as const;
