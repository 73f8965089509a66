import { decodeText } from '../decode-text.ts';
import { type Extraction, malformed } from '../extraction.ts';
import { type Format, startsWith } from '../format.ts';
import { xmlTexts } from '../markup.ts';
import { type ZipMember, readZip } from '../zip-archive.ts';
import { hiddenStyles } from './hidden-styles.ts';
import { readPart } from './read-part.ts';
import { hiddenSheets, readSheet, readSharedStrings } from './spreadsheet.ts';

/** Parts that hold layout and no words of the author. */
const LAYOUT =
  /(^|\/)(theme\d*|fontTable|webSettings|settings|numbering|styles|stylesWithEffects|tableStyles|presProps|viewProps|calcChain|printerSettings\d*)\.(xml|bin)$|\.rels$|\.odttf$|^\[Content_Types\]\.xml$|^(word|xl|ppt)\/(embeddedFonts|fonts)\//i;
const METADATA = /^docProps\/|^customXml\//i;
const PICTURE = /(^|\/)media\/|thumbnail\.\w+$/i;

/** Office Open XML (ECMA-376): text documents, spreadsheets, presentations. */
export const ooxml: Format = {
  id: 'ooxml',
  heavy: true,
  // Any ZIP whose directory names the part that every such package has, wherever it stands.
  sniff: (bytes) =>
    startsWith(bytes, 'PK\x03\x04') &&
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('[Content_Types].xml'),
  async read(bytes, out) {
    const members = readZip(bytes, out).filter(({ name }) => !name.endsWith('/'));
    const textOf = (member: ZipMember): string => {
      const text = decodeText(member.read());
      if (text === null) throw malformed('Office', `${member.name.slice(0, 80)} is not text`);
      return text;
    };
    const find = (pattern: RegExp): readonly ZipMember[] => members.filter(({ name }) => pattern.test(name));
    const styles = new Set(
      find(/^word\/styles[^/]*\.xml$/i).flatMap((member) => [...hiddenStyles(textOf(member), out)]),
    );
    const strings = find(/^xl\/sharedStrings\.xml$/i).flatMap((member) => readSharedStrings(textOf(member), out));
    const unused = new Set(strings.keys());
    const sheets = hiddenSheets(
      find(/^xl\/workbook\.xml$/i).map(textOf),
      find(/^xl\/_rels\/workbook\.xml\.rels$/i).map(textOf),
      out,
    );
    if (sheets.size > 0) out.note('hidden sheets');

    for (const member of members) {
      const { name } = member;
      if (/vbaProject\.bin$/i.test(name)) out.note('macros');
      else if (/\.bin$|\/embeddings\/[^/]*ole/i.test(name) && !LAYOUT.test(name))
        out.note(`OLE object ${name.slice(0, 80)}`);
      else if (LAYOUT.test(name)) noteRelations(name, member, textOf, out);
      else if (/^xl\/(sharedStrings|workbook)\.xml$/i.test(name)) continue;
      else if (/^xl\/worksheets\/[^/]+\.xml$/i.test(name))
        readSheet(name, textOf(member), strings, unused, sheets.has(name), out);
      else if (METADATA.test(name) && /\.xml$/i.test(name)) out.piece(name, xmlTexts(textOf(member), out), true);
      else if (PICTURE.test(name) || /\/embeddings\//i.test(name)) await out.inside(name, member.read());
      else await readOther(member, styles, out);
    }
    out.piece('xl/sharedStrings.xml', [...unused].map((index) => strings[index]).join('\n'), true); // prettier-ignore
  },
};

/** A part by what it is, not by its name, which relationships can make anything. */
async function readOther(member: ZipMember, styles: ReadonlySet<string>, out: Extraction): Promise<void> {
  const bytes = member.read();
  const text = decodeText(bytes);
  if (text !== null && /^\s*</.test(text) && !/^\s*<(!doctype html|html)/i.test(text))
    readPart(member.name, text, styles, out);
  else await out.inside(member.name, bytes);
}

/** Targets outside the package are loaded by some programs: templates, linked pictures, frames. */
function noteRelations(name: string, member: ZipMember, textOf: (member: ZipMember) => string, out: Extraction): void {
  if (!/\.rels$/i.test(name)) return;
  const text = textOf(member);
  if (!/TargetMode="External"/i.test(text)) return;
  out.note('external links');
  const links = xmlTexts(text, out)
    .split('\n')
    .filter(
      (line) => /^\w+:/.test(line) && !/^https?:\/\/(schemas\.(openxmlformats|microsoft)|purl\.oclc)\./.test(line),
    );
  out.piece(name, links.join('\n'), true);
}
