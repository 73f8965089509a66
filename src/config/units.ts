import { z } from 'zod';

const UNIT_MILLIS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const DURATION = 'a duration such as 250ms, 30s, 5m, 12h or 30d';

/** `250ms`, `30s`, `5m`, `12h`, `30d` → milliseconds. */
export const duration = z
  .string(DURATION)
  .regex(/^\d{1,9}(ms|s|m|h|d)$/, DURATION)
  .transform((text) => {
    const [, count, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text)!;
    return Number(count) * UNIT_MILLIS[unit as keyof typeof UNIT_MILLIS];
  });

const UNIT_BYTES = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

const SIZE = 'a size such as 512B, 64KiB or 32MiB';

/** `64KiB`, `32MiB` → bytes. */
export const size = z
  .string(SIZE)
  .regex(/^\d{1,9}(B|KiB|MiB|GiB)$/, SIZE)
  .transform((text) => {
    const [, count, unit] = /^(\d+)([A-Za-z]+)$/.exec(text)!;
    return Number(count) * UNIT_BYTES[unit as keyof typeof UNIT_BYTES];
  });

/** Names that people give to parts of their configuration. */
export const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'lower-case letters, digits, dot, dash, underscore; at most 64');
