import { decodeLoose } from '../../../formats/decode-text.ts';
import type { Artifact } from '../../artifact.ts';
import type { Reader } from '../../reader.ts';

const MAX_BYTES = 4 << 20;
/** Under these names tokenizers and processors load them. */
const CHAT =
  /(?:^|[/\\])(?:chat_templates?[\w.-]{0,100}\.(?:jinja|jinja2|j2)|(?:additional_)?chat_templates?[/\\][\w.-]{1,100}\.(?:jinja|jinja2|j2))$/i;
/** Words by which templates of chats are known under any name. */
const MESSAGES = /\b(?:messages|bos_token|add_generation_prompt)\b/;
/** Templates of pages and programs are made of others. */
const PARTS = /(\{%-?\s{0,8})(?:include|import|extends|from)\b/g;

/** Chat templates in files of their own: `chat_template.jinja`, `additional_chat_templates/*.jinja`; and other templates, which may load each other. */
export const template: Reader<'template'> = {
  id: 'template',
  title: 'chat template',
  extensions: [],
  sniff: (artifact) => !artifact.head.includes(0) && (CHAT.test(artifact.name) || /\.jinja$/i.test(artifact.name)),
  read: (artifact, observer) => {
    const { source } = artifact;
    if (source.size > MAX_BYTES) return observer.incomplete(`a template of ${source.size} bytes is not read`);
    const text = decodeLoose(source.read(0, source.size));
    const chat = CHAT.test(artifact.name) || MESSAGES.test(text);
    observer.fact({
      kind: 'template',
      offset: 0,
      key: baseName(artifact),
      text: chat ? text : text.replaceAll(PARTS, '$1'),
    });
  },
};

function baseName({ name }: Artifact): string {
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
}
