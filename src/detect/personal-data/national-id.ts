import type { ShapedKind } from './kind.ts';

/** A national identifier: high severity, and its group and region in one place. */
export function nationalId(
  id: string,
  title: string,
  region: string,
  rest: Pick<ShapedKind, 'shapes' | 'checksum' | 'context' | 'languages' | 'source' | 'check' | 'asWritten'>,
): ShapedKind {
  return { id, group: 'national-id', title, severity: 'high', region, ...rest };
}
