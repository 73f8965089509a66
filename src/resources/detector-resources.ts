import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { createLruMap, type LruMap } from '../access/lru-map.ts';
import { Fault } from '../core/fault.ts';
import type {
  EncoderSettings,
  Judge,
  JudgeSettings,
  LabelScore,
  Resources,
  TextClassifier,
} from '../detect/resources.ts';
import { readClassifierFolder } from '../engine/classifier-folder.ts';
import type { WindowScores } from '../engine/sequence-classifier.ts';
import { type ClassifierInfo, ThreadedClassifier } from '../engine/threaded-classifier.ts';
import { type Asked, ChatJudge } from '../judges/chat-judge.ts';

export type { Asked } from '../judges/chat-judge.ts';

/** Texts whose scores are remembered by a model. */
const REMEMBERED = 2048;

export interface DetectorResourcesOptions {
  readonly canaries: Resources['canaries'];
  /** After each judgement, also a failed one. */
  readonly onAsked?: (model: string, asked: Asked) => void;
  /** After each text that a model classified or failed on. */
  readonly onClassified?: (outcome: 'classified' | 'failed', millis: number) => void;
}

/** What the rules of one generation use. */
export interface ResourceLease {
  readonly resources: Resources;
  /**
   * Loads every model that was asked for.
   * @throws Fault `ERR_CONFIG` when one cannot be loaded.
   */
  ready(): Promise<void>;
  /** What no other generation uses is closed. */
  release(): Promise<void>;
}

interface Shared<T> {
  readonly value: T;
  users: number;
  close(): Promise<void>;
}

/**
 * The models and judges that detectors use, opened once for the process: generations with the same settings share them,
 * so that a reload loads nothing again.
 */
export class DetectorResources {
  readonly #options: DetectorResourcesOptions;
  readonly #encoders = new Map<string, Shared<SharedEncoder>>();
  readonly #judges = new Map<string, Shared<ChatJudge>>();

  constructor(options: DetectorResourcesOptions) {
    this.#options = options;
  }

  /** @param directory what relative folders are relative to: the configuration file's. */
  lease(directory: string): ResourceLease {
    const held: (() => Promise<void>)[] = [];
    const encoders: SharedEncoder[] = [];
    let released = false;
    return {
      resources: {
        encoder: (settings) => {
          const encoder = hold(this.#encoders, encoderKey(directory, settings), held, () => {
            const value = new SharedEncoder(openEncoder(directory, settings), this.#options.onClassified);
            return { value, close: () => value.close() };
          });
          encoders.push(encoder);
          return encoder;
        },
        judge: (settings) => this.#judge(settings, held),
        canaries: this.#options.canaries,
      },
      ready: async () => void (await Promise.all(encoders.map((encoder) => encoder.load()))),
      release: async () => {
        if (released) return;
        released = true;
        await Promise.all(held.map((letGo) => letGo()));
      },
    };
  }

  /** Closes what is still open. */
  async close(): Promise<void> {
    const all = [...this.#encoders.values(), ...this.#judges.values()];
    this.#encoders.clear();
    this.#judges.clear();
    await Promise.all(all.map((shared) => shared.close()));
  }

  #judge(settings: JudgeSettings, held: (() => Promise<void>)[]): Judge {
    const { timeout = 10_000, concurrent = 8, queue = 64, ...rest } = settings;
    return hold(this.#judges, JSON.stringify([rest, timeout, concurrent, queue]), held, () => {
      const value = new ChatJudge({ ...rest, timeout, concurrent, queue }, (asked) =>
        this.#options.onAsked?.(settings.model, asked),
      );
      return { value, close: () => value.close() };
    });
  }
}

/** Takes a part in what `key` names, opening it when nobody has it yet. */
function hold<T>(
  all: Map<string, Shared<T>>,
  key: string,
  held: (() => Promise<void>)[],
  open: () => { readonly value: T; close(): Promise<void> },
): T {
  let shared = all.get(key);
  if (shared === undefined) all.set(key, (shared = { ...open(), users: 0 }));
  const mine = shared;
  mine.users += 1;
  held.push(async () => {
    mine.users -= 1;
    if (mine.users > 0 || all.get(key) !== mine) return;
    all.delete(key);
    await mine.close();
  });
  return mine.value;
}

function openEncoder(directory: string, { folder, file, runtime, threads = 1, queue = 64 }: EncoderSettings) {
  const read = readClassifierFolder(resolve(directory, folder), file);
  return new ThreadedClassifier({ folder: read, runtime, threads, queue });
}

/** Files that were replaced are another model. */
function encoderKey(directory: string, { folder, file, runtime, threads, queue }: EncoderSettings): string {
  const { model, tokenizer } = readClassifierFolder(resolve(directory, folder), file);
  const stamps = [model, tokenizer].map((path) => {
    const { mtimeMs, size } = statSync(path);
    return [path, mtimeMs, size];
  });
  return JSON.stringify([stamps, runtime, threads, queue]);
}

/** A classifier on its threads as detectors know one, with a memory of what it was asked before. */
class SharedEncoder implements TextClassifier {
  readonly #classifier: ThreadedClassifier;
  readonly #onClassified: DetectorResourcesOptions['onClassified'];
  readonly #remembered: LruMap<string, WindowScores> = createLruMap(REMEMBERED);
  readonly #labels: readonly string[] | null;

  constructor(classifier: ThreadedClassifier, onClassified: DetectorResourcesOptions['onClassified']) {
    this.#classifier = classifier;
    this.#labels = classifier.labels;
    this.#onClassified = onClassified;
  }

  get labels(): readonly string[] | null {
    return this.#labels;
  }

  load(): Promise<ClassifierInfo> {
    return this.#classifier.info();
  }

  async classify(text: string, signal?: AbortSignal): Promise<readonly LabelScore[]> {
    const scores = await this.#scores(text, signal);
    const { labels } = await this.#classifier.info();
    return labels.map((label, index) => ({
      label,
      score: scores.reduce((most, window) => Math.max(most, window[index]!), 0),
    }));
  }

  async probability(labels: readonly string[], text: string, signal?: AbortSignal): Promise<number> {
    const scores = await this.#scores(text, signal);
    const info = await this.#classifier.info();
    const indices = labels.map((label) => {
      const index = info.labels.indexOf(label);
      if (index === -1) {
        throw new Fault('ERR_CONFIG', `The model has no label "${label}".`, {
          hint: `It has ${info.labels.join(', ')}.`,
        });
      }
      return index;
    });
    return scores.reduce((most, window) => {
      const own = indices.map((index) => window[index]!);
      const score = info.exclusive ? own.reduce((sum, one) => sum + one, 0) : Math.max(...own);
      return Math.max(most, Math.min(1, score));
    }, 0);
  }

  close(): Promise<void> {
    return this.#classifier.close();
  }

  async #scores(text: string, signal: AbortSignal | undefined): Promise<WindowScores> {
    const hash = createHash('sha256').update(text).digest('base64');
    const known = this.#remembered.get(hash);
    if (known !== undefined) return known;
    const began = performance.now();
    try {
      const scores = await this.#classifier.score(text, signal);
      this.#remembered.set(hash, scores);
      this.#onClassified?.('classified', performance.now() - began);
      return scores;
    } catch (error) {
      this.#onClassified?.('failed', performance.now() - began);
      throw error;
    }
  }
}
