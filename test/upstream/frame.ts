/** One thing in an event stream: an event, or a comment line. */
export type Frame = { readonly event?: string; readonly data: string } | { readonly comment: string };

/** WHATWG HTML §9.2.5: lines may end in LF, CR LF or CR. */
export function serialiseFrame(frame: Frame, eol: '\n' | '\r\n'): string {
  if ('comment' in frame) return `: ${frame.comment}${eol}${eol}`;
  const event = frame.event === undefined ? '' : `event: ${frame.event}${eol}`;
  return `${event}data: ${frame.data}${eol}${eol}`;
}

export const dataFrame = (value: unknown): Frame => ({ data: JSON.stringify(value) });

/** Frames whose `event:` line repeats the value's `type`, as Responses and Messages do. */
export function typedFrame<T extends { readonly type: string }>(value: T): Frame {
  return { event: value.type, data: JSON.stringify(value) };
}

/** Pieces of `size` code points: a provider never cuts a surrogate pair. */
export function pieces(text: string, size: number): string[] {
  const points = [...text];
  const out: string[] = [];
  for (let start = 0; start < points.length; start += size) out.push(points.slice(start, start + size).join(''));
  return out;
}
