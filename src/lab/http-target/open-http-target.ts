import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { Fault } from '../../core/fault.ts';
import { boxOf } from '../evasion/norm-ball.ts';
import { restrictScores } from '../restrict-scores.ts';
import { type Bounds, sampleSize, type ScoreType, type Target } from '../target.ts';
import { textTarget } from '../text/text-target.ts';
import { HttpEndpoint } from './http-endpoint.ts';
import { type HttpSection, pricePerQuery } from './http-section.ts';
import { HttpModel, type HttpTarget } from './http-target.ts';
import { jsonProtocol } from './json-protocol.ts';
import { type PictureCodec, pictureCodec } from './picture-body.ts';
import { memoryQueryLog, openQueryLog } from './query-log.ts';
import { isNumericType } from './tensor-data.ts';
import { MOST_CLASSES, MOST_VALUES } from '../target-limits.ts';
import { chosenTensor, modelPath, readV2Metadata, v2Protocol } from './v2-protocol.ts';
import { type WireProtocol, wrongAnswer } from './wire-protocol.ts';

/** What is declared about a model behind HTTP beside how it is reached. */
export interface HttpDeclaration {
  readonly http: HttpSection;
  readonly name?: string;
  /** Of one sample as the model takes it; default: what the server tells. */
  readonly inputShape?: readonly number[];
  readonly bounds: Bounds;
  readonly classes?: number | readonly string[];
  readonly scores?: ScoreType;
  readonly topK?: number;
  /** The model reads texts of at most so many characters. */
  readonly textLength?: number;
}

export interface HttpSurroundings {
  /** Folder from which the log's path counts. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly queries?: number;
  readonly queryLog?: string;
}

/**
 * Opens a model behind HTTP. Nothing but its description is asked for.
 * @throws Fault `ERR_CONFIG` where the declaration does not fit, or a credential is not there; `ERR_TARGET` where the server does not answer
 */
export async function openHttpTarget(
  declaration: HttpDeclaration,
  { folder, env, queries, queryLog }: HttpSurroundings,
): Promise<HttpTarget> {
  const { http } = declaration;
  const url = new URL(http.url);
  const endpoint = new HttpEndpoint({
    origin: url.origin,
    headers: http.headers,
    ...credentialOf(http, url, env),
    concurrent: http.concurrent,
    timeout: http.timeout,
    ...http.retry,
  });
  try {
    const shape = await shapeOf(declaration, endpoint, url);
    const name = declaration.name ?? `${url.host}${url.pathname}`;
    const path = queryLog ?? http.log;
    const model = new HttpModel({
      name,
      endpoint,
      protocol: shape.protocol,
      classes: shape.classes,
      batch: http.batch ?? 32,
      concurrent: http.concurrent,
      log:
        path === undefined
          ? memoryQueryLog()
          : openQueryLog(resolve(folder, path), {
              format: 'parapet-query-log',
              version: 1,
              target: `${url.origin}${url.pathname}`,
              classes: shape.classes,
              declaration: digestOf(declaration),
            }),
      budget: budgetOf(http, queries),
      price: http.price === undefined ? null : { perQuery: pricePerQuery(http.price), currency: http.price.currency },
    });
    const told = shape.scoreType;
    const k = declaration.topK ?? shape.classes;
    const restricted = (scores: Float32Array): Float32Array => restrictScores(scores, shape.classes, told, k);
    return { ...targetOf(model, name, declaration, shape, restricted), account: model.account };
  } catch (error) {
    await endpoint.close();
    throw error;
  }
}

interface Shape {
  readonly protocol: WireProtocol;
  readonly classes: number;
  readonly classNames?: readonly string[];
  readonly inputShape: readonly number[];
  readonly scoreType: ScoreType;
  readonly picture?: PictureCodec;
}

async function shapeOf(declaration: HttpDeclaration, endpoint: HttpEndpoint, url: URL): Promise<Shape> {
  const { http, classes: said, textLength } = declaration;
  const classNames = typeof said === 'object' ? said : undefined;
  const named = classNames === undefined ? {} : { classNames };
  const text = textLength !== undefined;
  if (http.protocol === 'json') {
    const classes = typeof said === 'object' ? said.length : said!;
    const inputShape = text ? [textLength] : declaration.inputShape!;
    const scoreType = jsonScoreType(http.answer, declaration.scores);
    const picture =
      http.encoding === 'png'
        ? { picture: pictureCodec(inputShape, boxOf({ inputShape, bounds: declaration.bounds })) }
        : {};
    const protocol = jsonProtocol(http, { inputShape: text ? null : inputShape, classes, ...named, ...picture });
    return { protocol, classes, ...named, inputShape, scoreType, ...picture };
  }
  modelPath(url);
  const metadata = await readV2Metadata(endpoint, url);
  const input = chosenTensor(metadata.inputs, http.input, 'input');
  const output = chosenTensor(metadata.outputs, http.output, 'output');
  if (text !== (input.datatype === 'BYTES') || (!text && !isNumericType(input.datatype))) {
    throw new Fault('ERR_CONFIG', `The model's input has the type ${input.datatype.slice(0, 20)}.`, {
      where: `input "${input.name}"`,
      hint: text
        ? 'Texts are sent as BYTES.'
        : 'Numbers are sent as FP32, FP64 or whole numbers; for BYTES write "text:" into the target file.',
    });
  }
  const inputShape = text ? [textLength] : (declaration.inputShape ?? told(input.shape.slice(1), input.name));
  const size = inputShape.reduce((product, length) => product * length, 1);
  if (!(size <= MOST_VALUES)) {
    throw wrongAnswer(`a sample would have ${size} values, more than ${MOST_VALUES}`, `input "${input.name}"`);
  }
  const own = input.shape.length === inputShape.length ? input.shape : input.shape.slice(1);
  const ownSize = own.reduce((product, length) => product * Math.abs(length), 1);
  if (!text && own.every((length) => length > 0) && ownSize !== size) {
    throw new Fault('ERR_CONFIG', `The model takes ${ownSize} values, the declared shape has ${size}.`, {
      where: 'inputShape',
      hint: `The server says [${input.shape.join(', ')}], the batch first.`,
    });
  }
  const label = declaration.scores === 'label' && (output.shape.length < 2 || output.shape.at(-1) === 1);
  const counted = output.shape.length > 1 ? output.shape.at(-1)! : -1;
  const classes = typeof said === 'object' ? said.length : (said ?? (counted > 1 ? counted : 0));
  if (classes > MOST_CLASSES) {
    throw wrongAnswer(`it has ${classes} classes, more than ${MOST_CLASSES}`, `output "${output.name}"`);
  }
  if (classes < 2 || (!label && counted > 0 && counted !== classes)) {
    throw new Fault('ERR_CONFIG', `The model's output has the shape [${output.shape.join(', ')}].`, {
      where: `output "${output.name}"`,
      hint: 'Declare the classes in a target file; where the output is a class alone, scores: label.',
    });
  }
  const sampleShape = text ? null : (declaration.inputShape ?? inputShape);
  const protocol = v2Protocol(http, url, { input, output, sampleShape, classes, ...named, label });
  return { protocol, classes, ...named, inputShape, scoreType: declaration.scores ?? 'logits' };
}

function told(shape: readonly number[], name: string): readonly number[] {
  if (shape.length > 0 && shape.every((length) => length > 0)) return shape;
  throw new Fault('ERR_CONFIG', 'The server does not tell the shape of a sample.', {
    where: `input "${name}"`,
    hint: 'Write it into a target file (inputShape).',
  });
}

function jsonScoreType(
  answer: {
    readonly label?: string | undefined;
    readonly ranked?: string | undefined;
    readonly probability?: string | undefined;
  },
  said: ScoreType | undefined,
): ScoreType {
  const own: ScoreType = answer.label !== undefined ? 'label' : answer.ranked !== undefined ? 'top-k' : 'probabilities';
  if (said === undefined || said === own || said === 'label') return said ?? own;
  if (own === 'label' || (own === 'top-k' && said === 'logits')) {
    throw new Fault('ERR_CONFIG', `The answer tells ${own}, and the scores are declared as ${said}.`, {
      where: 'scores',
    });
  }
  return said;
}

function targetOf(
  model: HttpModel,
  name: string,
  { bounds, textLength }: HttpDeclaration,
  { classes, classNames, inputShape, scoreType, picture }: Shape,
  restricted: (scores: Float32Array) => Float32Array,
): Target {
  const close = (): Promise<void> => model.close();
  if (textLength !== undefined) {
    const names = classNames === undefined ? {} : { classNames };
    const ask = async (texts: readonly string[]): Promise<Float32Array> => restricted(await model.ask(texts));
    return textTarget(ask, { name, classes, ...names, scoreType, length: textLength, batch: Infinity, close });
  }
  const size = sampleSize({ inputShape });
  // Rounded before anything is counted: two samples that are the same picture are one query to the log.
  const sent = picture === undefined ? (x: Float32Array) => x : picture.round;
  return {
    name,
    ...(picture === undefined ? {} : { asSent: picture.round }),
    inputShape,
    classes,
    ...(classNames === undefined ? {} : { classNames }),
    bounds,
    scoreType,
    scores: async (x, n) => {
      const rounded = sent(x.subarray(0, n * size));
      const rows = Array.from({ length: n }, (_, i) => rounded.subarray(i * size, (i + 1) * size));
      return restricted(await model.ask(rows));
    },
    close,
  };
}

function budgetOf({ queries, price }: HttpSection, given: number | undefined): number | null {
  const bounds = [given ?? queries];
  const each = price === undefined ? 0 : pricePerQuery(price);
  if (price?.most !== undefined && each > 0) bounds.push(Math.floor(price.most / each + 1e-9));
  const said = bounds.filter((one) => one !== undefined);
  return said.length === 0 ? null : Math.min(...said);
}

/** What decides about answers: not the credential, not budget, price, speed or the log's place. */
function digestOf({ http, ...rest }: HttpDeclaration): string {
  const { auth, queries, price, log, retry, timeout, concurrent, batch, ...asked } = http;
  void [auth, queries, price, log, retry, timeout, concurrent, batch];
  return createHash('sha256')
    .update(JSON.stringify({ asked, rest: { ...rest, bounds: isPictures(http) ? rest.bounds : null } }))
    .digest('base64url');
}

/** Then bounds decide what a sample looks like. */
function isPictures(http: HttpSection): boolean {
  return http.protocol === 'json' && http.encoding === 'png';
}

function credentialOf(
  { auth }: HttpSection,
  url: URL,
  env: Readonly<Record<string, string | undefined>>,
): { readonly credential?: { readonly header: string; readonly value: string } } {
  if (auth === undefined) return {};
  const value = env[auth.env];
  if (value === undefined || value === '') {
    throw new Fault('ERR_CONFIG', `The environment variable ${auth.env} is not set.`, {
      where: 'http.auth.env',
      hint: 'Set it to the credential of the target.',
    });
  }
  if (/[^\x20-\x7e]/.test(value)) {
    throw new Fault('ERR_CONFIG', `The environment variable ${auth.env} holds characters that no header can.`, {
      where: 'http.auth.env',
    });
  }
  if (url.protocol === 'http:' && !auth.plain && !isLoopback(url.hostname)) {
    throw new Fault('ERR_CONFIG', 'The credential would go over the network in clear.', {
      where: 'http.url',
      hint: 'Use https, or say auth.plain: true.',
    });
  }
  return { credential: { header: auth.header, value: auth.scheme === '' ? value : `${auth.scheme} ${value}` } };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
