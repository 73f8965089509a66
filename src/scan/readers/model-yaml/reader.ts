import { extensionOf } from '../../artifact.ts';
import type { Observer, Reader } from '../../reader.ts';
import { load } from '../../yaml.ts';

const MAX_BYTES = 4 << 20;
const MAX_DEPTH = 100;
const MAX_VALUES = 200_000;
/** Tags by which unsafe loaders of PyYAML build any object. */
const PYTHON_TAG =
  /!(?:!python\/|<tag:yaml\.org,2002:python\/)((?:object|name|module|tuple|new|apply)[/:\w]{0,30}):?([\w.]{0,200})/g;
/** Tags of HyperPyYAML, by which SpeechBrain builds and calls: `!new:os.system`. */
const HYPER_TAG = /!(new|name|apply|module):([\w.]{1,200})/g;
const CODE_KEYS: ReadonlySet<string> = new Set(['_target_', '_target', 'target', 'class_path', 'loader_module']);

/** Recipes in YAML from which frameworks build objects: Hydra, NeMo, Lightning, LitGPT. */
export const modelYaml: Reader<'model-yaml'> = {
  id: 'model-yaml',
  title: 'recipe in YAML',
  extensions: [],
  sniff: ({ name, source, head }) => {
    if (!/^\.ya?ml$/.test(extensionOf(name)) || head.includes(0)) return false;
    if (source.size > MAX_BYTES) return true;
    const text = Buffer.from(source.read(0, source.size)).toString('latin1');
    return (
      text.includes('_target') ||
      text.includes('python/') ||
      text.includes('class_path') ||
      text.includes('auto_map') ||
      /!(?:new|name|apply|module):/.test(text) ||
      (/\btarget:\s{0,9}['"]?[A-Za-z_]/.test(text) && text.includes('params:')) ||
      /\\[xuU]/.test(text)
    );
  },
  read: ({ source }, observer) => {
    if (source.size > MAX_BYTES) return observer.incomplete(`YAML of ${source.size} bytes is not read`);
    const text = Buffer.from(source.read(0, source.size)).toString('utf8');
    let [counted, bytes] = [0, 0];
    for (const match of text.matchAll(PYTHON_TAG)) {
      bytes += Buffer.byteLength(text.slice(counted, match.index));
      counted = match.index;
      if (isComment(text, match.index)) continue;
      // Every tag of these calls or imports what it names.
      observer.fact({
        kind: 'code-reference',
        offset: bytes,
        framework: 'YAML tag',
        path: match[1]!,
        value: match[2]!,
      });
    }
    for (const { 2: target, index } of text.matchAll(HYPER_TAG)) {
      const offset = Buffer.byteLength(text.slice(0, index));
      observer.fact({ kind: 'code-reference', offset, framework: 'Hydra', path: 'a tag', value: target! });
    }
    const documents = text.split(/^---(?:\s.{0,200})?$/m);
    if (documents.length > 100) observer.incomplete('more than 100 YAML documents');
    for (const document of documents.slice(0, 100)) {
      // Tags of Python make the rest no worse; they are told above.
      const value = load(document.replaceAll(PYTHON_TAG, '').replaceAll(HYPER_TAG, ''));
      if (value === undefined) observer.incomplete('the YAML is damaged');
      else new Recipe(observer, /_target|class_path/.test(text)).value(value, '$', '', 0);
    }
  },
};

/** Whether the line begins with the mark of a comment: no tag can stand in it. Line breaks are those of YAML 1.1. */
function isComment(text: string, at: number): boolean {
  let start = at;
  while (start > 0 && at - start < 1000 && !/[\r\n\u0085\u2028\u2029]/.test(text[start - 1]!)) start--;
  return at - start < 1000 && /^[ \t]*#/.test(text.slice(start, at));
}

class Recipe {
  readonly #observer: Observer;
  readonly #loose: boolean;
  #values = 0;

  /** @param loose takes every `target` for one, and not only those with parameters beside them */
  constructor(observer: Observer, loose: boolean) {
    this.#observer = observer;
    this.#loose = loose;
  }

  value(value: unknown, path: string, key: string, depth: number, withParameters = false): void {
    if (++this.#values > MAX_VALUES || depth > MAX_DEPTH) {
      if (this.#values === MAX_VALUES + 1 || depth === MAX_DEPTH + 1)
        this.#observer.incomplete('YAML that is larger or deeper than is followed');
      return;
    }
    if (typeof value === 'string') {
      if (
        CODE_KEYS.has(key) &&
        (key !== 'target' || this.#loose || withParameters) &&
        (key === '_target_' || /^[A-Za-z_]\w*(?:\.\w+)+$/.test(value))
      ) {
        this.#observer.fact({
          kind: 'code-reference',
          offset: 0,
          framework: 'Hydra',
          path,
          value: value.slice(0, 300),
        });
      } else if (key === 'auto_map') {
        this.#observer.fact({
          kind: 'code-reference',
          offset: 0,
          framework: 'transformers',
          path,
          value: value.slice(0, 300),
        });
      }
      return;
    }
    if (value === true && key === 'trust_remote_code') {
      this.#observer.fact({
        kind: 'code-reference',
        offset: 0,
        framework: 'transformers',
        path,
        value: 'trust_remote_code: true',
      });
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    for (const [name, one] of Object.entries(value)) {
      const inside = key === 'auto_map' ? 'auto_map' : Array.isArray(value) ? key : name;
      this.value(
        one,
        Array.isArray(value) ? `${path}[${name}]` : `${path}.${name.slice(0, 60)}`,
        inside,
        depth + 1,
        Object.hasOwn(value, 'params'),
      );
    }
  }
}
