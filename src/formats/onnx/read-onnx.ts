import { type Budget, decodeMessage, type Message } from './decode-message.ts';
import {
  ONNX_ELEMENT_TYPES,
  type OnnxAttribute,
  type OnnxElementType,
  type OnnxFunction,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './onnx-model.ts';
import { readTensor } from './read-tensor.ts';
import { WireReader } from './wire-reader.ts';

export interface ReadOnnxOptions {
  /** Messages (nodes, attributes, tensors, values …) that one file may have. Default: 4 million. */
  readonly maxMessages?: number;
  /** Elements up to which the values of a tensor are made, as copies; of longer ones type, shape and length are checked. Default: all, as views. */
  readonly upTo?: number;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads an ONNX model (onnx.proto, IR version 3 and later). Tensors are views of `bytes` where alignment allows, so `bytes` must not
 * change afterwards. Data in other files is not opened: such tensors carry `external`.
 * @throws Fault `ERR_MODEL_MALFORMED`, with the field's path and the byte, for anything that is not such a model.
 */
export function readOnnx(bytes: Uint8Array, options: ReadOnnxOptions = {}): OnnxModel {
  const reader = new WireReader(bytes);
  const budget: Budget = { messages: options.maxMessages ?? 4_000_000 };
  const message = decodeMessage(reader, 'Model', budget);
  const decoder = new ModelDecoder(reader, options.upTo);
  if (message['graph'] === undefined) reader.malformed('it has no graph');
  if (message['irVersion'] === undefined) reader.malformed('it has no IR version');
  return {
    irVersion: decoder.small(message['irVersion'], 'irVersion'),
    producer: text(message['producer']),
    producerVersion: text(message['producerVersion']),
    opsets: decoder.opsets(message, 'opsets'),
    graph: decoder.at('graph', () => decoder.graph(message['graph'] as Message)),
    functions: decoder.each(message, 'functions', (one) => decoder.functionOf(one)),
    metadata: new Map(list(message['metadata']).map((one) => [text(one['key']), text(one['value'])])),
  };
}

function list(value: unknown): readonly Message[] {
  return (value ?? []) as readonly Message[];
}

function texts(value: unknown): readonly string[] {
  return (value ?? []) as readonly string[];
}

function text(value: unknown): string {
  return (value ?? '') as string;
}

/** `ai.onnx` is another spelling of the default domain. */
function domainOf(value: unknown): string {
  const domain = text(value);
  return domain === 'ai.onnx' ? '' : domain;
}

/** Decoded messages to the model. Keeps the path for what is said about a mistake. */
class ModelDecoder {
  readonly #reader: WireReader;

  readonly #upTo: number | undefined;

  constructor(reader: WireReader, upTo: number | undefined) {
    this.#reader = reader;
    this.#upTo = upTo;
  }

  at<Result>(place: string, body: () => Result): Result {
    this.#reader.path.push(place);
    const result = body();
    this.#reader.path.pop();
    return result;
  }

  each<Result>(message: Message, field: string, body: (one: Message) => Result): readonly Result[] {
    return list(message[field]).map((one, index) => this.at(`${field}[${index}]`, () => body(one)));
  }

  small(value: unknown, what: string): number {
    const number = (value ?? 0) as number | bigint;
    if (typeof number !== 'number') return this.#reader.malformed(`${what} is ${number}`);
    return number;
  }

  opsets(message: Message, field: string): ReadonlyMap<string, number> {
    const opsets = new Map<string, number>();
    for (const one of list(message[field])) {
      opsets.set(domainOf(one['domain']), this.small(one['version'], 'an operator set version'));
    }
    return opsets;
  }

  graph(message: Message): OnnxGraph {
    if (message['sparseInitializer'] !== undefined)
      this.#reader.malformed('it has sparse initializers, which are not read');
    const initializers = new Map<string, OnnxTensor>();
    this.each(message, 'initializer', (one) => {
      const name = text(one['name']);
      if (name === '') this.#reader.malformed('an initializer has no name');
      if (initializers.has(name)) this.#reader.malformed(`there are two initializers ${JSON.stringify(name)}`);
      initializers.set(name, this.tensor(one));
    });
    return {
      name: text(message['name']),
      nodes: this.each(message, 'node', (one) => this.node(one)),
      initializers,
      inputs: this.each(message, 'input', (one) => this.value(one)),
      outputs: this.each(message, 'output', (one) => this.value(one)),
      values: this.each(message, 'value', (one) => this.value(one)),
    };
  }

  node(message: Message): OnnxNode {
    const overload = text(message['overload']);
    const op = text(message['op']);
    if (op === '') this.#reader.malformed('a node has no operator');
    return {
      name: text(message['name']),
      op,
      domain: domainOf(message['domain']),
      inputs: texts(message['input']),
      outputs: texts(message['output']),
      attributes: this.attributes(message, 'attribute'),
      ...(overload === '' ? {} : { overload }),
    };
  }

  attributes(message: Message, field: string): ReadonlyMap<string, OnnxAttribute> {
    const attributes = new Map<string, OnnxAttribute>();
    this.each(message, field, (one) => {
      const name = text(one['name']);
      if (attributes.has(name)) this.#reader.malformed(`there are two attributes ${JSON.stringify(name)}`);
      attributes.set(name, this.attribute(one));
    });
    return attributes;
  }

  /** The kind is told by `type`; files of IR version 1 have none, and the field that is there tells it. */
  attribute(message: Message): OnnxAttribute {
    const type = this.small(message['type'], 'an attribute type');
    const reference = text(message['reference']);
    if (reference !== '') return { kind: 'reference', value: reference, type };
    switch (type === 0 ? guessType(message) : type) {
      case 1:
        return { kind: 'float', value: (message['float'] ?? 0) as number };
      case 2:
        return { kind: 'int', value: (message['int'] ?? 0) as number | bigint };
      case 3:
        return this.string(message);
      case 4:
        if (message['tensor'] === undefined) this.#reader.malformed('an attribute of type tensor has no tensor');
        return { kind: 'tensor', value: this.tensor(message['tensor'] as Message) };
      case 5:
        if (message['graph'] === undefined) this.#reader.malformed('an attribute of type graph has no graph');
        return { kind: 'graph', value: this.at('graph', () => this.graph(message['graph'] as Message)) };
      case 6:
        return { kind: 'floats', value: (message['floats'] ?? []) as readonly number[] };
      case 7:
        return { kind: 'ints', value: (message['ints'] ?? []) as readonly (number | bigint)[] };
      case 8:
        return {
          kind: 'strings',
          value: ((message['strings'] ?? []) as readonly Uint8Array[]).map((bytes) => this.decode(bytes)),
        };
      case 9:
        return { kind: 'tensors', value: this.each(message, 'tensors', (one) => this.tensor(one)) };
      case 10:
        return { kind: 'graphs', value: this.each(message, 'graphs', (one) => this.graph(one)) };
      case 11:
      case 12:
      case 13:
      case 14:
        return { kind: 'opaque', value: message['encoded'] as Uint8Array };
      default:
        return this.#reader.malformed(`an attribute has type ${type}`);
    }
  }

  /** Some operators of other domains keep a blob in a text attribute. */
  string(message: Message): OnnxAttribute {
    try {
      return { kind: 'string', value: UTF8.decode((message['string'] ?? new Uint8Array()) as Uint8Array) };
    } catch {
      return { kind: 'opaque', value: message['encoded'] as Uint8Array };
    }
  }

  decode(bytes: unknown): string {
    if (bytes === undefined) return '';
    try {
      return UTF8.decode(bytes as Uint8Array);
    } catch {
      return this.#reader.malformed('a text attribute is not UTF-8');
    }
  }

  tensor(message: Message): OnnxTensor {
    return readTensor(message, (reason) => this.#reader.malformed(reason), this.#upTo);
  }

  value(message: Message): OnnxValue {
    const name = text(message['name']);
    const type = message['type'] as Message | undefined;
    if (type === undefined) return { name, type: null, shape: null };
    const tensor = type['tensor'] as Message | undefined;
    if (tensor === undefined) return { name, type: null, shape: null, otherType: type['encoded'] as Uint8Array };
    const element = this.small(tensor['element'], 'an element type');
    const shape = tensor['shape'] as Message | undefined;
    return {
      name,
      type: this.elementType(element),
      shape: shape === undefined ? null : list(shape['dim']).map((one) => this.dimension(one)),
    };
  }

  elementType(code: number): OnnxElementType | null {
    if (code === 0) return null;
    return (
      (ONNX_ELEMENT_TYPES as Readonly<Record<number, OnnxElementType>>)[code] ??
      this.#reader.malformed(`element type ${code} is unknown`)
    );
  }

  /** Some exporters write -1 or 0 for a dimension that is not known. */
  dimension(message: Message): number | string | null {
    const value = message['value'];
    if (typeof value === 'number' && value > 0) return value;
    if (value === 0) return 0;
    const name = text(message['name']);
    return name === '' ? null : name;
  }

  functionOf(message: Message): OnnxFunction {
    const overload = text(message['overload']);
    return {
      name: text(message['name']),
      domain: domainOf(message['domain']),
      inputs: texts(message['input']),
      outputs: texts(message['output']),
      attributes: texts(message['attribute']),
      defaults: this.attributes(message, 'default'),
      opsets: this.opsets(message, 'opsets'),
      nodes: this.each(message, 'node', (one) => this.node(one)),
      ...(overload === '' ? {} : { overload }),
    };
  }
}

const BY_FIELD = ['float', 'int', 'string', 'tensor', 'graph', 'floats', 'ints', 'strings', 'tensors', 'graphs'];

function guessType(message: Message): number {
  return BY_FIELD.findIndex((field) => message[field] !== undefined) + 1;
}
