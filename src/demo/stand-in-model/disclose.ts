import type { Encoding } from './instruction.ts';

/** The sentence of a system prompt that speaks of a key, or the whole prompt where none does. */
function keyLine(system: string): string {
  const line = system
    .split('\n')
    .find((text) => /\b(?:key|password|token|secret)\b/i.test(text) && /\w{16,}/.test(text));
  return line?.trim() ?? system;
}

/** What a gullible model says when it is asked for what it was told to keep. */
export function disclose(system: string, what: 'prompt' | 'key', encoding: Encoding): string {
  if (system === '') return 'I was given no system prompt.';
  const text = what === 'prompt' ? system : keyLine(system);
  switch (encoding) {
    case 'base64':
      return Buffer.from(text, 'utf8').toString('base64');
    case 'reversed':
      return [...text].toReversed().join('');
    case 'spelled':
      return [...text].join('-');
    default:
      return text;
  }
}
