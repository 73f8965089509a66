import { Fault, isFault } from '../../core/fault.ts';
import type { EndpointAnswer, EndpointRequest, HttpEndpoint } from './http-endpoint.ts';
import type { V2Section } from './http-section.ts';
import type { Sample } from './query-log.ts';
import { isNumericType, numbersOf, type NumericType, tensorBytes, tensorNumbers } from './tensor-data.ts';
import { classIndex, finite, jsonOf, type WireProtocol, wrongAnswer } from './wire-protocol.ts';

/** Name, type and shape of a tensor as a server tells them; -1 is any length. */
export interface V2Tensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

export interface V2Metadata {
  readonly inputs: readonly V2Tensor[];
  readonly outputs: readonly V2Tensor[];
}

/** Characters of a tensor's name. */
const LONGEST_NAME = 1000;

/**
 * What a server tells about a model: `GET v2/models/NAME[/versions/VERSION]` (Open Inference Protocol, REST, "Model Metadata").
 * @throws Fault `ERR_TARGET`
 */
export async function readV2Metadata(endpoint: HttpEndpoint, url: URL): Promise<V2Metadata> {
  const { body } = await describedBy(endpoint, modelPath(url));
  const value = jsonOf(body);
  const tensors = (key: 'inputs' | 'outputs'): V2Tensor[] => {
    const list = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
    if (!Array.isArray(list) || list.length === 0 || list.length > 1000) throw notV2(key);
    return list.map((one: unknown) => {
      const { name, datatype, shape } = (one ?? {}) as Record<string, unknown>;
      if (typeof name !== 'string' || typeof datatype !== 'string' || !Array.isArray(shape)) throw notV2(key);
      if (name.length > LONGEST_NAME || datatype.length > LONGEST_NAME) throw notV2(key);
      const lengths = shape.map(Number);
      if (lengths.length > 16 || !lengths.every((length) => Number.isSafeInteger(length) && length >= -1)) {
        throw notV2(key);
      }
      return { name, datatype, shape: lengths };
    });
  };
  return { inputs: tensors('inputs'), outputs: tensors('outputs') };
}

/** @throws Fault `ERR_TARGET`; Triton answers 400 for a model that it has not loaded */
async function describedBy(endpoint: HttpEndpoint, path: string): Promise<EndpointAnswer> {
  try {
    return await endpoint.send({ method: 'GET', path });
  } catch (error) {
    if (!isFault(error) || !/ status (?:400|404)\b/.test(error.message)) throw error;
    throw new Fault(error.code, error.message, {
      where: error.where ?? 'metadata of the model',
      hint: `Is the model loaded? GET ${path}/ready answers 200 then; POST v2/repository/index lists the models of a Triton server. Check name and version.`,
      cause: error,
    });
  }
}

function notV2(key: string): Fault {
  return wrongAnswer(
    `it describes no ${key} of a model`,
    'metadata of the model',
    'Give the address https://HOST/v2/models/NAME.',
  );
}

/** The address's path without `/infer` and slashes at its end. @throws Fault `ERR_CONFIG` */
export function modelPath(url: URL): string {
  if (url.search !== '') {
    throw new Fault('ERR_CONFIG', 'The address of a model of the Open Inference Protocol has no query ("?…").', {
      where: `${url.origin}${url.pathname}`,
      hint: 'It would not be sent. A credential goes into http.auth.',
    });
  }
  const path = url.pathname.replace(/\/infer$/, '').replace(/\/$/, '');
  if (/\/v2\/models\/[^/]+(\/versions\/[^/]+)?$/.test(path)) return path;
  throw new Fault('ERR_CONFIG', 'The address is not one of a model of the Open Inference Protocol.', {
    where: `${url.origin}${url.pathname}`,
    hint: 'It is https://HOST/v2/models/NAME; for other interfaces write a target file (docs/targets.md).',
  });
}

/** The tensor that is meant: the named one, or the only one. @throws Fault `ERR_CONFIG` */
export function chosenTensor(tensors: readonly V2Tensor[], name: string | undefined, key: string): V2Tensor {
  const found = name === undefined ? tensors[0]! : tensors.find((one) => one.name === name);
  if (found !== undefined && (name !== undefined || tensors.length === 1)) return found;
  throw new Fault(
    'ERR_CONFIG',
    name === undefined ? `The model has several ${key}s.` : `The model has no ${key} "${name}".`,
    {
      where: `http.${key}`,
      hint: `It has ${tensors
        .slice(0, 20)
        .map((one) => one.name)
        .join(', ')}.`,
    },
  );
}

export interface V2Shape {
  readonly input: V2Tensor;
  readonly output: V2Tensor;
  /** Of one sample as it is sent; null for texts. */
  readonly sampleShape: readonly number[] | null;
  readonly classes: number;
  readonly classNames?: readonly string[];
  /** The output is a class, not a row of scores. */
  readonly label: boolean;
}

/** Inference requests of the Open Inference Protocol (REST, "Inference Request JSON Object"; binary tensor data extension). */
export function v2Protocol(section: V2Section, url: URL, shape: V2Shape): WireProtocol {
  const { input, output, classes, label, sampleShape } = shape;
  const path = `${modelPath(url)}/infer`;
  const fixed = input.shape[0];
  const batchless = sampleShape !== null && input.shape.length === sampleShape.length;
  const most = batchless ? 1 : fixed === undefined || fixed === -1 ? 4096 : fixed;
  const names =
    shape.classNames === undefined ? undefined : new Map(shape.classNames.map((name, index) => [name, index]));
  const tensor = (n: number): { name: string; shape: readonly number[]; datatype: string } => {
    const rest = sampleShape ?? input.shape.slice(1).map((length) => (length === -1 ? 1 : length));
    return { name: input.name, shape: batchless ? rest : [n, ...rest], datatype: input.datatype };
  };
  const whole = label || output.datatype === 'BYTES';
  // There is no FP16 in JSON: servers refuse it there.
  const binaryIn = section.binary || input.datatype === 'FP16';
  const binaryOut = (section.binary && !whole) || output.datatype === 'FP16';
  return {
    most,
    request(samples): EndpointRequest {
      const about = tensor(samples.length);
      const wanted = { name: output.name, ...(binaryOut ? { parameters: { binary_data: true } } : {}) };
      if (sampleShape === null) {
        const inputs = [{ ...about, data: samples }];
        return json(path, JSON.stringify({ inputs, outputs: [wanted] }));
      }
      const type = input.datatype as NumericType;
      const values = joined(samples);
      if (!binaryIn) {
        const inputs = [{ ...about, data: tensorNumbers(type, values) }];
        return json(path, JSON.stringify({ inputs, outputs: [wanted] }));
      }
      const bytes = tensorBytes(type, values);
      const inputs = [{ ...about, parameters: { binary_data_size: bytes.length } }];
      const head = Buffer.from(JSON.stringify({ inputs, outputs: [wanted] }));
      return {
        method: 'POST',
        path,
        headers: {
          'content-type': 'application/octet-stream',
          'inference-header-content-length': String(head.length),
        },
        body: Buffer.concat([head, bytes]),
      };
    },
    scores(answer, n) {
      const found = outputOf(answer, output.name);
      const where = `output "${output.name}"`;
      const wantedCount = label ? n : n * classes;
      const data = dataOf(found, wantedCount, where);
      const scores = new Float32Array(n * classes);
      if (label) data.forEach((value, i) => (scores[i * classes + classIndex(value, classes, names, where)] = 1));
      else data.forEach((value, at) => (scores[at] = finite(value, where)));
      return scores;
    },
  };
}

function json(path: string, body: string): EndpointRequest {
  return { method: 'POST', path, headers: { 'content-type': 'application/json' }, body };
}

function joined(samples: readonly Sample[]): Float32Array {
  const rows = samples as readonly Float32Array[];
  const size = rows[0]?.length ?? 0;
  const values = new Float32Array(rows.length * size);
  rows.forEach((row, i) => values.set(row, i * size));
  return values;
}

interface FoundOutput {
  readonly datatype: unknown;
  readonly data: readonly unknown[] | null;
  readonly bytes: Uint8Array | null;
}

function outputOf({ headers, body }: EndpointAnswer, name: string): FoundOutput {
  const said = headers['inference-header-content-length'];
  let head: Uint8Array = body;
  if (typeof said === 'string') {
    const length = Number(said);
    if (!(Number.isSafeInteger(length) && length > 0 && length <= body.length)) {
      throw wrongAnswer('the length of its header is none', 'Inference-Header-Content-Length');
    }
    head = body.subarray(0, length);
  }
  const value = jsonOf(head);
  const outputs = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)['outputs'] : null;
  if (!Array.isArray(outputs)) throw wrongAnswer('it has no outputs', 'body of the answer');
  let at = head.length;
  for (const one of outputs as readonly unknown[]) {
    const given = (typeof one === 'object' && one !== null ? one : {}) as Readonly<Record<string, unknown>>;
    const parameters = given['parameters'];
    const size: unknown =
      typeof parameters === 'object' && parameters !== null
        ? (parameters as Readonly<Record<string, unknown>>)['binary_data_size']
        : undefined;
    let bytes: Uint8Array | null = null;
    if (size !== undefined) {
      if (!(typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 && at + size <= body.length)) {
        throw wrongAnswer('the size of its binary data is none', `output "${name}"`);
      }
      bytes = body.subarray(at, at + size);
      at += size;
    }
    if (given['name'] !== name) continue;
    return { datatype: given['datatype'], data: Array.isArray(given['data']) ? given['data'] : null, bytes };
  }
  throw wrongAnswer('the output is not in it', `output "${name}"`);
}

function dataOf({ datatype, data, bytes }: FoundOutput, count: number, where: string): readonly unknown[] {
  if (bytes !== null) {
    if (typeof datatype !== 'string' || !isNumericType(datatype)) {
      throw wrongAnswer('binary data of a type that is not read', where, 'Turn http.binary off.');
    }
    const numbers = numbersOf(datatype, bytes, count);
    if (numbers === null) throw wrongAnswer(`it has ${bytes.length} bytes, not ${count} values`, where);
    return numbers;
  }
  if (data === null) throw wrongAnswer('it has no data', where);
  // Servers may nest data by its shape (protocol, "Tensor Data").
  const flat = data.some(Array.isArray) ? (data.flat(8) as readonly unknown[]) : data;
  if (flat.length !== count) throw wrongAnswer(`it has ${flat.length} values, not ${count}`, where);
  return flat;
}
