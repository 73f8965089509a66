import { extensionOf } from '../../artifact.ts';
import { tellHiddenCharacters } from '../../find-hidden-characters.ts';
import { tellSecrets } from '../../find-secrets.ts';
import { licenceOfText } from '../../licences.ts';
import type { Observer, Reader } from '../../reader.ts';
import { load } from '../../yaml.ts';

/** As much as of JSON is read: vocabularies of tokenizers have tens of megabytes. */
const MAX_BYTES = 64 << 20;
/** Texts that lie beside models. Whoever lists words in one of them is not meant: vocabularies are no prose. */
const EXTENSIONS: ReadonlySet<string> = new Set([
  '.md', '.rst', '.txt', '.json', '.jsonl', '.yaml', '.yml', '.toml', '.ini', '.cfg', '.conf', '.env', '.sh', '.bash', '.ps1', '.js', '.ts', '.r',
  '.properties', '.xml', '.html', '.tf', '.pem', '.key', '.tfvars', '.netrc',
]); // prettier-ignore
const NAMES =
  /^(?:README|LICEN[CS]E|COPYING|NOTICE|USE_POLICY|MODEL_CARD|Dockerfile|Makefile|\.env(?:\.\w{1,20})?|\.netrc|\.npmrc|\.pypirc|credentials|config)$/i;
const LICENCE_FILE = /(?:^|[/\\])(?:LICEN[CS]E|COPYING)(?:[-_.]\w{1,30})?(?:\.(?:md|txt|rst))?$/i;
const CARD = /(?:^|[/\\])(?:README|MODEL_?CARD)\.md$/i;
/** Keys that the front matter of a model card has, and of other pages has not. */
const CARD_KEYS = [
  'library_name',
  'pipeline_tag',
  'base_model',
  'datasets',
  'model-index',
  'model_name',
  'license',
  'tags',
  'language',
  'metrics',
];

/** Texts beside a model: credentials in them, licences, and characters that nobody sees. */
export const prose: Reader<'prose'> = {
  id: 'prose',
  title: 'text',
  extensions: [],
  sniff: ({ name, head }) => {
    const base = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    return (EXTENSIONS.has(extensionOf(name)) || NAMES.test(base)) && head.length > 0 && !head.includes(0);
  },
  read: ({ source, name }, observer) => {
    if (source.size > MAX_BYTES)
      return observer.incomplete(`a text of ${source.size} bytes is not searched for credentials`);
    const text = Buffer.from(source.read(0, source.size)).toString('utf8');
    tellSecrets(text, observer, 1, name);
    if (/\.(?:md|txt|rst)$/i.test(name)) tellHiddenCharacters(text, observer);
    if (LICENCE_FILE.test(name)) {
      observer.fact({ kind: 'licence', offset: 0, line: 1, id: licenceOfText(text), source: 'text' });
    } else if (CARD.test(name)) readCard(text, observer);
  },
};

/** YAML between two lines of dashes at the beginning of a model card. */
function readCard(text: string, observer: Observer): void {
  const front = /^\ufeff?---\r?\n([\s\S]{0,65536}?)\r?\n---(?:\r?\n|$)/.exec(text)?.[1];
  if (front === undefined) return;
  const value = load(front);
  if (typeof value !== 'object' || value === null || !CARD_KEYS.some((key) => Object.hasOwn(value, key))) return;
  const { license, license_name } = value as { readonly license?: unknown; readonly license_name?: unknown };
  const named = license === 'other' && typeof license_name === 'string' ? license_name : license;
  const line = Math.max(1, front.split('\n').findIndex((one) => /^license\s{0,8}:/.test(one)) + 2);
  const ids = (Array.isArray(named) ? named : [named]).filter(
    (one): one is string => typeof one === 'string' && one !== '',
  );
  if (ids.length === 0) observer.fact({ kind: 'licence', offset: 0, line: 1, id: null, source: 'card' });
  for (const id of ids.slice(0, 20))
    observer.fact({ kind: 'licence', offset: 0, line, id: id.toLowerCase().slice(0, 100), source: 'card' });
}
