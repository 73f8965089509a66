export interface LockedArchive {
  readonly at: number;
  /** The text also says where to download it. */
  readonly downloaded: boolean;
}

const COMMAND =
  /\bunzip[ \t]{1,4}[^\n]{0,80}-P[ \t]{0,2}\S|\b7z[az]?[ \t]{1,4}[xe][ \t]{1,4}[^\n]{0,80}-p\S{2,}|\bunrar[ \t]{1,4}[xe][ \t]{1,4}[^\n]{0,80}-p\S{2,}/gi;
/** Said to a person: "extract with pass `x`", "(password: 1234)" behind the name of a file. */
const SAID =
  /\b(?:extract|unzip|unpack|open|decompress)\b[^\n.]{0,80}\bpass(?:word|code|phrase)?(?:[ \t]{0,2}[:=][ \t*_]{0,4}["'\x60]?|[ \t]{1,2}(?:is[ \t])?["'\x60])[\w!@#$%^&-]{3,40}|\.(?:zip|rar|7z|exe|dmg|pkg|msi)\b[^\n]{0,80}\bpass(?:word|code|phrase)?[ \t]{0,2}[:=][ \t]{0,2}["'\x60*]{0,3}[\w!@#$%^&-]{3,40}|\bpassword(?:-protected)?[ \t]{1,4}(?:zip|archive|rar)\b[^\n]{0,80}\bpassword[ \t:=]{1,4}\S/gi;
const DOWNLOAD = /https?:\/\/[^\s)"'<>]{4,300}\.(?:zip|rar|7z|exe|dmg|pkg|msi)\b|\bdownload\b/i;

/** Archives that are opened with a password that the text gives: it keeps scanners out, and no secret. */
export function lockedArchives(text: string): readonly LockedArchive[] {
  const found: LockedArchive[] = [];
  for (const pattern of [COMMAND, SAID])
    for (const match of text.matchAll(pattern)) {
      const around = text.slice(Math.max(0, match.index - 400), match.index + match[0].length + 200);
      found.push({ at: match.index, downloaded: DOWNLOAD.test(around) });
    }
  return found;
}
