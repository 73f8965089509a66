import { isRecord } from './json-shape.ts';

/** Counts of two answers together: numbers are added, place by place; what is no number is the later one's. */
export function addNumbers(before: unknown, later: unknown): unknown {
  if (typeof before === 'number' && typeof later === 'number') return before + later;
  if (!isRecord(before) || !isRecord(later)) return later ?? before;
  const keys = new Set([...Object.keys(before), ...Object.keys(later)]);
  return Object.fromEntries([...keys].map((key) => [key, addNumbers(before[key], later[key])]));
}
