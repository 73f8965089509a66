const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `now`, `12 s ago`, `in 3 h`, `5 d ago`. */
export function relative(at: number, now: number): string {
  const gap = Math.abs(now - at);
  if (gap < 2 * SECOND) return 'now';
  const text =
    gap < MINUTE
      ? `${Math.floor(gap / SECOND)} s`
      : gap < HOUR
        ? `${Math.floor(gap / MINUTE)} min`
        : gap < 2 * DAY
          ? `${Math.floor(gap / HOUR)} h`
          : `${Math.floor(gap / DAY)} d`;
  return at > now ? `in ${text}` : `${text} ago`;
}

/** `2026-11-23 14:05:09`, in the browser's zone. */
export function absolute(at: number): string {
  const date = new Date(at);
  return `${day(date)} ${clock(at)}`;
}

/** `14:05:09`, in the browser's zone. */
export function clock(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
}

/** `14:05`, or `23 Nov` for spans of more than two days. */
export function tick(at: number, span: number): string {
  const date = new Date(at);
  if (span > 2 * DAY) return `${date.getDate()} ${MONTHS[date.getMonth()]}`;
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function day(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
