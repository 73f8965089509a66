import { Fault } from '../core/fault.ts';

/**
 * A number as people write sizes of perturbations: `0.3`, `8/255`.
 * @throws Fault `ERR_USAGE` that names the option
 */
export function parseNumber(text: string, option: string): number {
  const parts = text.split('/');
  const [top = NaN, bottom = 1] = parts.map((part) => (part.trim() === '' ? NaN : Number(part)));
  const value = top / bottom;
  if (parts.length <= 2 && Number.isFinite(value)) return value;
  throw new Fault('ERR_USAGE', `${option} takes a number or a fraction, such as 0.3 or 8/255.`);
}

/** @throws Fault `ERR_USAGE` that names the option */
export function parseWhole(text: string, option: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Fault('ERR_USAGE', `${option} takes a whole number above 0.`);
}
