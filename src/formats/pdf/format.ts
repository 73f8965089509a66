import { isFault } from '../../core/fault.ts';
import { type Extraction, encrypted, malformed } from '../extraction.ts';
import { type Format, latin1 } from '../format.ts';
import { openPdf, type PdfDocument } from './pdfjs.ts';
import { hiddenText } from './hidden-text.ts';

/** Readers look for the header in the first kilobyte (ISO 32000-1, annex H, note 13). */
const HEADER_WITHIN = 1024;

/** Members of what the library tells that are words of the format. */
const SETTINGS = new Set(['dir', 'lang', 'PDFFormatVersion', 'EncryptFilterName', 'Trapped']);

/** PDF: text layer, what is drawn so that nobody sees it, annotations, form fields, properties, names of attachments. */
export const pdf: Format = {
  id: 'pdf',
  heavy: true,
  sniff: (bytes) => latin1(bytes, 0, HEADER_WITHIN).includes('%PDF-'),
  async read(bytes, out) {
    let document: PdfDocument | null = null;
    try {
      document = await openPdf(bytes, (name) => {
        out.gap(
          'unsupported',
          `character-map=${name}`,
          `text in the character map ${name.slice(0, 40)}, which is not read`,
        );
      });
      await readDocument(document, bytes, out);
    } catch (error) {
      if (isFault(error)) throw error;
      const name = error instanceof Error ? error.name : '';
      if (name === 'PasswordException') throw encrypted('PDF');
      throw malformed('PDF', 'its structure is damaged');
    } finally {
      await document?.loadingTask.destroy();
    }
  },
};

async function readDocument(document: PdfDocument, bytes: Uint8Array, out: Extraction): Promise<void> {
  const { numPages } = document;
  await readProperties(document, out);
  await readOutline(document, out);
  await readAttachments(document, out);
  await noteScripts(document, out);
  // Streams are never inside other streams, so that a picture's dictionary stands in the clear.
  const pictures = latin1(bytes, 0, bytes.length);
  if (/\/Subtype\s*\/Im(age|#61ge)/.test(pictures)) out.gap('pixels', 'pictures', 'pictures in the PDF');
  if (pictures.includes('/XFA')) out.note('XFA form');

  const pages = Math.min(numPages, out.limits.pages);
  let withoutText = 0;
  for (let number = 1; number <= pages; number++) {
    out.count();
    const page = await document.getPage(number);
    const content = await page.getTextContent({ includeMarkedContent: false });
    out.count(content.items.length);
    let text = '';
    for (const item of content.items) {
      if (!('str' in item)) continue;
      text += item.hasEOL ? `${item.str}\n` : item.str;
      if (text.length > out.room) break;
    }
    if (text.trim() === '') withoutText += 1;
    out.piece(`page=${number}`, text);
    const hidden = await hiddenText(page, out);
    if (hidden.trim() !== '') {
      out.note('hidden text');
      out.piece(`page=${number};hidden`, hidden, true);
    }
    await readAnnotations(page, number, out);
    page.cleanup();
  }
  if (withoutText > 0) out.gap('pixels', 'pages', `${withoutText} of ${pages} pages have no text that can be read`);
  if (numPages > pages) out.gap('limit', '', `${numPages} pages; at most ${pages} are read`);
}

async function readProperties(document: PdfDocument, out: Extraction): Promise<void> {
  const { info, metadata } = await document.getMetadata();
  const lines: string[] = [];
  collect(info, lines, 0);
  out.piece('properties', lines.join('\n'), true);
  const xmp: string[] = [];
  for (const [, value] of metadata === null ? [] : metadata) collect(value, xmp, 0);
  out.piece('xmp', xmp.join('\n'), true);
}

async function readOutline(document: PdfDocument, out: Extraction): Promise<void> {
  const titles: string[] = [];
  const open = [...((await document.getOutline()) ?? [])];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    out.count();
    titles.push(item.title);
    open.push(...((item.items as typeof open | undefined) ?? []));
  }
  out.piece('outline', titles.toReversed().join('\n'));
}

/** Files in the file (invoices carry their data so): names, and what is in them. */
async function readAttachments(document: PdfDocument, out: Extraction): Promise<void> {
  const attachments = (await document.getAttachments()) as ReadonlyMap<string, PdfAttachment> | null;
  for (const [key, { filename, description }] of attachments ?? []) {
    out.count();
    out.note('attachments');
    const name = filename ?? key;
    out.piece('attachments', [name, description ?? ''].join('\n'), true);
    const content = (await document.getAttachmentContent(key)) as Uint8Array | null;
    if (content === null) {
      out.gap('damaged', `attachment=${name}`, 'a file attached to the PDF');
      continue;
    }
    out.unpacked(content.length, content.length);
    await out.inside(`attachment=${name}`, content);
  }
}

interface PdfAttachment {
  readonly filename?: string;
  readonly description?: string;
}

async function noteScripts(document: PdfDocument, out: Extraction): Promise<void> {
  const actions = await document.getJSActions();
  const scripts = Object.values(actions ?? {}).flat().map(String); // prettier-ignore
  if (scripts.length > 0 || (await document.hasJSActions())) out.note('javascript');
  out.piece('scripts', scripts.join('\n'), true);
}

async function readAnnotations(
  page: Awaited<ReturnType<PdfDocument['getPage']>>,
  number: number,
  out: Extraction,
): Promise<void> {
  const lines: string[] = [];
  for (const annotation of (await page.getAnnotations()) as readonly Readonly<Record<string, unknown>>[]) {
    out.count();
    // Contents, titles, field names and values, links: whatever is a text, of every kind of annotation.
    for (const key of ['contentsObj', 'titleObj', 'richText', 'fieldName', 'fieldValue', 'defaultFieldValue', 'alternativeText', 'buttonValue',
      'options', 'textContent', 'overlayText', 'url', 'unsafeUrl', 'file', 'attachment', 'actions']) {
      if (key !== 'richText') collect(annotation[key], lines, 0);
    } // prettier-ignore
    if (annotation['actions'] !== undefined && annotation['actions'] !== null) out.note('javascript');
    if (annotation['fieldType'] !== undefined) out.note('form fields');
  }
  out.piece(`page=${number};annotations`, lines.join('\n'));
}

/** Every string below a value of the library, a few levels deep; bytes are none. */
function collect(value: unknown, lines: string[], depth: number): void {
  if (typeof value === 'string') {
    if (value.trim() !== '' && lines.at(-1) !== value) lines.push(value);
  } else if (depth < 6 && typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    for (const [key, inner] of value instanceof Map ? value : Object.entries(value)) {
      if (!SETTINGS.has(String(key))) collect(inner, lines, depth + 1);
    }
  }
}
