import type { Reader } from '../../reader.ts';

const MAX_BYTES = 64 << 20;

/** Models in XML: PMML and OpenVINO. Read as text, entity by entity and element by element; nothing is ever expanded. */
export const xml: Reader<'xml'> = {
  id: 'xml',
  title: 'XML',
  extensions: ['.pmml'],
  sniff: ({ head }) =>
    /^(?:\xef\xbb\xbf)?\s{0,64}<(?:\?xml|!DOCTYPE|PMML|net)[\s>]/i.test(
      Buffer.from(head.subarray(0, 256)).toString('latin1'),
    ),
  read: ({ source }, observer) => {
    if (source.size > MAX_BYTES) return observer.incomplete(`XML of ${source.size} bytes is not read`);
    const text = Buffer.from(source.read(0, source.size)).toString('utf8');
    let entities = 0;
    for (const match of text.matchAll(/<!ENTITY\s+(%\s+)?([\w.:-]{1,100})\s+(SYSTEM|PUBLIC|["'])/gi)) {
      entities++;
      const kind = match[3]!.toUpperCase();
      if (kind === 'SYSTEM' || kind === 'PUBLIC') {
        observer.fact({
          kind: 'header',
          offset: match.index,
          format: 'XML',
          issue: 'an external entity: a reader opens a file or an address',
          overflow: true,
        });
      }
    }
    const references = text.match(/&(?!amp;|lt;|gt;|quot;|apos;|#)[\w.:-]{1,100};/g)?.length ?? 0;
    if (entities > 2 && references > 20) {
      observer.fact({
        kind: 'header',
        offset: 0,
        format: 'XML',
        issue: `${entities} entities that unfold each other`,
        overflow: true,
      });
    } else if (entities > 0) {
      observer.fact({
        kind: 'header',
        offset: 0,
        format: 'XML',
        issue: 'it declares entities of its own',
        overflow: false,
      });
    }
    const model = /<(?:PMML|net)[\s>]/.test(text);
    if (!model) return;
    for (const match of text.matchAll(/\b(?:library|plugin|extension_path)\s*=\s*["']([^"'<>]{1,300})["']/g)) {
      observer.fact({
        kind: 'file-reference',
        offset: match.index,
        format: 'OpenVINO',
        path: match[1]!,
        why: 'it is loaded as native code',
      });
    }
    for (const match of text.matchAll(/<layer\b[^<>]{0,400}\btype\s*=\s*["'](Custom|Extension|Python\w*)["']/gi)) {
      observer.fact({
        kind: 'operator',
        offset: match.index,
        framework: 'OpenVINO',
        domain: 'custom',
        name: match[1]!,
        place: 'layers',
      });
    }
    for (const match of text.matchAll(
      /<!--([\s\S]{1,2000}?)-->|<(?:Annotation|Extension)\b[^<>]{0,400}>([^<]{1,2000})/g,
    )) {
      observer.fact({ kind: 'text', offset: match.index, path: 'comment', text: match[1] ?? match[2]! });
    }
  },
};
