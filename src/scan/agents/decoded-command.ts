import { type CommandDanger, dangersIn, isFromAnybody } from './command-danger.ts';

/** What an encoded word does when it is decoded and run. */
export interface DecodedCommand {
  readonly at: number;
  /** Ends a sentence that begins with who does it. */
  readonly says: string;
}

/** A longer one is looked at in parts. */
const WORDS = /[A-Za-z0-9+/_-]{24,16384}={0,2}/g;
const DANGERS: readonly CommandDanger['id'][] = [
  'download-and-run',
  'reverse-shell',
  'decode-and-run',
  'persistence',
  'destructive',
  'send-out',
];

/**
 * Words in base64 whose text is a command that is dangerous whoever wrote it. What is decoded is looked at once, not decoded again: a command that
 * decodes another is a danger itself.
 */
export function decodedCommands(text: string): readonly DecodedCommand[] {
  const found: DecodedCommand[] = [];
  for (const match of text.matchAll(WORDS)) {
    const word = match[0];
    // Base64 of a text has letters of both cases; paths and names in words seldom decode to text, and are cheap to try.
    if (!/[A-Z]/.test(word) || !/[a-z]/.test(word)) continue;
    // What stands in front of it may be of the same letters: one of four beginnings fits.
    for (let skip = 0; skip < 4; skip++) {
      const says = commandIn(Buffer.from(skip === 0 ? word : word.slice(skip), 'base64').toString('latin1'));
      if (says === null) continue;
      found.push({ at: match.index, says: `holds, encoded, ${says}` });
      break;
    }
  }
  return found;
}

function commandIn(decoded: string): string | null {
  // UTF-16, as PowerShell wants its commands.
  const plain = decoded.includes('\0') ? decoded.replaceAll('\0', '') : decoded;
  for (const [run] of plain.matchAll(/[\x20-\x7e\r\n\t]{12,}/g)) {
    const danger = dangersIn(run, DANGERS, 1)[0];
    if (danger !== undefined) return `a command that ${danger.danger.says}`;
    const fetches = /\b(?:curl|wget|iwr|invoke-webrequest|mshta|certutil)\b/i.test(run) && /https?:\/\//i.test(run);
    if (fetches && isFromAnybody(run)) return 'a command that downloads from a place nobody answers for';
  }
  return null;
}

/** A literal of encoded text, and near it a call that decodes. */
const LITERAL = /"([^\s"\\]{60,4000})"|'([^\s'\\]{60,4000})'/g;
/** How far from the literal the call stands at most, in characters. */
const NEAR = 400;
const DECODES = /\b(?:b(?:16|32|64|85)decode|a85decode|decodebytes|unhexlify|fromhex|atob|FromBase64String)\(/;

/**
 * Where a text for an agent brings a program that decodes a literal of the text and prints it: the agent reads what the reviewer does not.
 * A script may have reasons for it; an instruction has none.
 */
export function decodedLiteral(text: string): number | null {
  for (const { index, 1: double, 2: single } of text.matchAll(LITERAL)) {
    const word = (double ?? single)!;
    const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^\w]/].filter((kind) => kind.test(word)).length;
    if (kinds < 3 || /^(?:https?:|data:|sha\d{3}-|[./~])|[/.]{1,3}[a-z]{2,5}$/.test(word)) continue;
    if (DECODES.test(text.slice(Math.max(0, index - NEAR), index + word.length + NEAR))) return index;
  }
  return null;
}
