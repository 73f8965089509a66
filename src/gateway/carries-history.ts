const HISTORIES: ReadonlySet<string> = new Set([
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'anthropic-count-tokens',
]);

/** Whether requests of a surface carry the turns before. */
export function carriesHistory(surface: string): boolean {
  return HISTORIES.has(surface);
}
