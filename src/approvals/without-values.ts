const OPENS = '"“„';
const CLOSES = '"”“';

/** A text in which every quotation is `"…"`: what stands in one may be words that somebody outside has chosen. One pass. */
export function withoutValues(text: string): string {
  let out = '';
  let kept = 0;
  for (let at = 0; at < text.length; at++) {
    if (!OPENS.includes(text[at]!)) continue;
    let end = at + 1;
    while (end < text.length && !CLOSES.includes(text[end]!)) end++;
    // Nothing ends a quotation from here on.
    if (end === text.length) break;
    out += `${text.slice(kept, at)}"…"`;
    kept = end + 1;
    at = end;
  }
  return out + text.slice(kept);
}
