import { Fault } from '../core/fault.ts';
import type { JsonPath } from './segment.ts';
import { pathId } from './segment.ts';

export type JsonRecord = Readonly<Record<string, unknown>>;

/** True for a JSON object. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A finite, non-negative number as tokens are counted; 0 for anything else. */
export function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.floor(value) : 0;
}

export function stringOr<Other>(value: unknown, other: Other): string | Other {
  return typeof value === 'string' ? value : other;
}

/** @throws Fault `ERR_REQUEST_INVALID` unless the body is a JSON object. */
export function requireBody(body: unknown): JsonRecord {
  if (!isRecord(body)) throw invalid([], 'must be a JSON object');
  return body;
}

/** @throws Fault `ERR_REQUEST_INVALID` unless the value is an object. */
export function requireRecord(value: unknown, path: JsonPath): JsonRecord {
  if (!isRecord(value)) throw invalid(path, 'must be an object');
  return value;
}

/** @throws Fault `ERR_REQUEST_INVALID` unless the value is an array. */
export function requireArray(value: unknown, path: JsonPath): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(path, value === undefined ? 'is required' : 'must be an array');
  return value;
}

/** @throws Fault `ERR_REQUEST_INVALID` unless the body names a model. */
export function requireModel(body: JsonRecord): string {
  const model = body['model'];
  if (typeof model !== 'string' || model === '') throw invalid(['model'], 'must be a string that names a model');
  return model;
}

/** A whole number of at least `least`; null when absent or null. @throws Fault `ERR_REQUEST_INVALID` otherwise. */
export function optionalCount(body: JsonRecord, key: string, least = 1): number | null {
  const value = body[key];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least) {
    throw invalid([key], `must be a whole number of at least ${least}`);
  }
  return value;
}

/** False when absent or null. @throws Fault `ERR_REQUEST_INVALID` for anything but a boolean. */
export function optionalFlag(body: JsonRecord, key: string): boolean {
  const value = body[key];
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') throw invalid([key], 'must be true or false');
  return value;
}

/** A request of this surface that is not one: `'messages[0].role' must be …`. */
export function invalid(path: JsonPath, what: string): Fault {
  const where = path.length === 0 ? 'body' : pathId(path);
  return new Fault('ERR_REQUEST_INVALID', path.length === 0 ? `The body ${what}` : `'${where}' ${what}`, { where });
}
