import { decodeLoose } from '../../../formats/decode-text.ts';
import type { Reader } from '../../reader.ts';

const MAX_BYTES = 4 << 20;

/** Chat templates in files of their own: `chat_template.jinja`, `additional_chat_templates/*.jinja`, as tokenizers and processors load them. */
export const template: Reader<'template'> = {
  id: 'template',
  title: 'chat template',
  extensions: ['.jinja'],
  sniff: ({ name, head }) =>
    !head.includes(0) && (/\.jinja$/i.test(name) || /(?:^|[/\\])[\w-]{0,60}template[\w-]{0,60}\.(?:jinja2|j2)$/i.test(name)),
  read: ({ source, name }, observer) => {
    if (source.size > MAX_BYTES) return observer.incomplete(`a template of ${source.size} bytes is not read`);
    const text = decodeLoose(source.read(0, source.size));
    observer.fact({ kind: 'template', offset: 0, key: name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1), text });
  },
};
