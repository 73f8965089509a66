import { parseJsonc } from '../../../formats/located/jsonc.ts';
import { plainOf } from '../../../formats/located/located.ts';
import { agentFileOf, isNamedLoosely } from '../../agents/agent-file.ts';
import { extensionOf } from '../../artifact.ts';
import type { Observer, Reader } from '../../reader.ts';

const MAX_BYTES = 64 << 20;
/** UTF-16 units of JSON with comments. */
const MAX_LENIENT = 8 << 20;
const MAX_DEPTH = 200;
const MAX_VALUES = 5_000_000;

/** Names under which configurations of models and tokenizers travel. Other JSON files may say what they like. */
const MODEL_CONFIG =
  /(?:^|[\W_])(?:config|configuration|tokenizer|tokenizer_config|generation_config|preprocessor_config|processor_config|adapter_config|special_tokens_map|model_index|modules|schema|metadata|chat_template|params)\.json$/i;

/** Keys that only configurations of models have. */
const MODEL_KEYS: ReadonlySet<string> = new Set([
  'model_type',
  'model_name', 'architectures', 'auto_map', 'tokenizer_class', 'chat_template', 'weight_map', 'keras_version', 'hidden_size', 'vocab_size',
  'model_max_length', 'transformers_version', '__loader__', '_class_name', '_diffusers_version', 'torch_dtype', 'class_name', 'peft_type', 'added_tokens',
]); // prettier-ignore

/** Configurations of models in JSON: transformers, diffusers, Keras, skops, Hydra, and indices of weights. */
export const json: Reader<'json'> = {
  id: 'json',
  title: 'JSON',
  extensions: [],
  sniff: ({ head }) => {
    let at = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
    while (head[at] === 0x20 || head[at] === 0x0a || head[at] === 0x0d || head[at] === 0x09) at++;
    if (head[at] !== 0x7b && head[at] !== 0x5b) return false;
    at++;
    while (head[at] === 0x20 || head[at] === 0x0a || head[at] === 0x0d || head[at] === 0x09) at++;
    const next = head[at];
    return (
      next === 0x22 ||
      next === 0x7d ||
      next === 0x5d ||
      next === 0x7b ||
      next === 0x5b ||
      (next !== undefined && next >= 0x2d && next <= 0x39)
    );
  },
  read: (artifact, observer) => {
    const { source } = artifact;
    const claimed = extensionOf(artifact.name) === '.json';
    if (source.size > MAX_BYTES)
      return claimed ? observer.incomplete(`JSON of ${source.size} bytes is not read`) : undefined;
    const text = Buffer.from(source.read(0, source.size))
      .toString('utf8')
      .replace(/^\ufeff/, '');
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      // Settings of editors have comments and commas before closing brackets.
      const lenient = claimed && text.length <= MAX_LENIENT ? parseJsonc(text) : null;
      if (lenient?.ok !== true) {
        if (claimed) observer.incomplete('the JSON is damaged');
        return;
      }
      value = plainOf(lenient.root);
    }
    const top = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
    const agent = agentFileOf(artifact.name)?.kind === 'config' && !isNamedLoosely(artifact.name);
    const model = (MODEL_CONFIG.test(artifact.name) && !agent) || top.some((key) => MODEL_KEYS.has(key));
    new ConfigWalk(observer, model).value(value, '$', '', 0);
  },
};

class ConfigWalk {
  readonly #observer: Observer;
  readonly #model: boolean;
  #values = 0;

  constructor(observer: Observer, model: boolean) {
    this.#observer = observer;
    this.#model = model;
  }

  value(value: unknown, path: string, key: string, depth: number): void {
    if (++this.#values > MAX_VALUES) {
      if (this.#values === MAX_VALUES + 1) this.#observer.incomplete(`JSON with more than ${MAX_VALUES} values`);
      return;
    }
    if (depth > MAX_DEPTH) return this.#observer.incomplete(`JSON nested deeper than ${MAX_DEPTH} levels`);
    if (typeof value === 'string') return this.#text(value, path, key);
    if (typeof value !== 'object' || value === null) {
      if (key === 'trust_remote_code' && value === true)
        this.#reference('transformers', path, 'trust_remote_code: true');
      return;
    }
    if (Array.isArray(value)) {
      value.forEach((one, index) => this.value(one, `${path}[${index}]`, key, depth + 1));
      return;
    }
    this.#object(value as Readonly<Record<string, unknown>>, path, key);
    for (const [name, one] of Object.entries(value)) this.value(one, `${path}.${name.slice(0, 60)}`, name, depth + 1);
  }

  #text(text: string, path: string, key: string): void {
    const template = /template/i.test(key) || (this.#model && (text.includes('{%') || text.includes('{{')));
    if (template && (text.includes('{%') || text.includes('{{'))) {
      this.#observer.fact({ kind: 'template', offset: 0, key: path, text });
    }
    if (key === '_target_') this.#reference('Hydra', path, text);
    else if (key === 'loader_module') this.#reference('MLflow', path, text);
    else if (this.#model) this.#observer.fact({ kind: 'text', offset: 0, path, text });
  }

  #object(object: Readonly<Record<string, unknown>>, path: string, key: string): void {
    const has = (name: string): boolean => Object.hasOwn(object, name);
    if (key === 'auto_map' || key === 'custom_pipelines') {
      for (const [name, value] of Object.entries(object)) {
        const impl = (value as { readonly impl?: unknown } | null)?.impl;
        for (const one of stringsIn(impl ?? value)) this.#reference('transformers', `${path}.${name}`, one);
      }
    }
    if (key === 'weight_map') {
      const files = new Set(Object.values(object).filter((one) => typeof one === 'string'));
      for (const file of files) {
        const why = 'an index of weights names it';
        this.#observer.fact({ kind: 'file-reference', offset: 0, format: 'safetensors index', path: file, why });
      }
    }
    if (has('__loader__') && has('__class__') && has('__module__')) {
      this.#reference(
        'skops',
        path,
        `${String(object['__module__'])}.${String(object['__class__'])} (${String(object['__loader__'])})`,
      );
    }
    if (path === '$' && typeof object['_class_name'] !== 'undefined') this.#pipeline(object);
    if (path === '$' && typeof object['auto_mapping'] === 'object') this.#adapter(object['auto_mapping']);
    if (
      has('idx') &&
      has('path') &&
      typeof object['type'] === 'string' &&
      !object['type'].startsWith('sentence_transformers.')
    )
      this.#reference('module list', `${path}.type`, object['type']);
    if (has('class_name') && typeof object['class_name'] === 'string') this.#keras(object, path);
  }

  /** diffusers: each part of a pipeline is a library, which is imported, and a class of it. */
  #pipeline(object: Readonly<Record<string, unknown>>): void {
    const name = object['_class_name'];
    if (Array.isArray(name)) this.#reference('transformers', '$._class_name', stringsIn(name).join('.'));
    for (const [part, value] of Object.entries(object)) {
      const [library, type] = Array.isArray(value) && value.length === 2 ? (value as readonly unknown[]) : [];
      if (part === '_class_name' || typeof library !== 'string' || typeof type !== 'string') continue;
      if (
        /^(?:diffusers|transformers|onnxruntime|optimum|flax|stable_diffusion|[a-z_]{1,60}_pipeline)(?:\.|$)/.test(
          library,
        )
      )
        continue;
      this.#reference('module list', `$.${part.slice(0, 60)}`, `${library}.${type}`);
    }
  }

  /** PEFT: the library of the model below an adapter, which is imported. */
  #adapter(mapping: unknown): void {
    const { parent_library: library, base_model_class: type } = (mapping ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof library !== 'string' || /^(?:transformers|diffusers|timm|torch)(?:\.(?!modules\.)|$)/.test(library))
      return;
    this.#reference('module list', '$.auto_mapping.parent_library', `${library}.${String(type)}`);
  }

  /** Keras: an object with `class_name` names a class that is imported and built from `config`. */
  #keras(object: Readonly<Record<string, unknown>>, path: string): void {
    const module = typeof object['module'] === 'string' ? object['module'] : '';
    const className = String(object['class_name']);
    const config = object['config'];
    const registered = typeof object['registered_name'] === 'string' ? object['registered_name'] : '';
    const inside = typeof config === 'object' && config !== null ? (config as Readonly<Record<string, unknown>>) : {};
    if (className === '__lambda__' || (className === 'Lambda' && isMarshalled(inside['function']))) {
      const code = className === '__lambda__' ? inside['code'] : inside['function'];
      this.#observer.fact({
        kind: 'embedded-code',
        offset: 0,
        framework: 'Keras',
        path,
        text: String(stringsIn(code)[0] ?? '').slice(0, 200),
      });
      return;
    }
    const target = className === 'function' && typeof config === 'string' ? config : className;
    this.#reference(
      'Keras',
      path,
      `${module}>${target}${registered.includes('>') ? ` registered as ${registered}` : ''}`,
    );
    for (const name of ['filepath', 'vocabulary', 'vocabulary_file', 'file_path', 'origin']) {
      const file = inside[name];
      if (typeof file === 'string' && /[/\\.:]/.test(file)) {
        this.#observer.fact({
          kind: 'file-reference',
          offset: 0,
          format: 'Keras',
          path: file,
          why: `${className} opens it`,
        });
      }
    }
  }

  #reference(framework: string, path: string, value: string): void {
    this.#observer.fact({ kind: 'code-reference', offset: 0, framework, path, value: value.slice(0, 300) });
  }
}

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** Keras 2 wrote a lambda as a list whose first element is marshalled byte code. */
function isMarshalled(value: unknown): boolean {
  return Array.isArray(value) && typeof value[0] === 'string';
}
