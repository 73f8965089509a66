import { Fault } from '../core/fault.ts';

/** A label that a classifier gives a text, with its probability between 0 and 1. */
export interface LabelScore {
  readonly label: string;
  readonly score: number;
}

/** A sequence classifier: an encoder with a head. */
export interface TextClassifier {
  /** What it tells apart; null when its folder does not say, and only the loaded model knows. */
  readonly labels: readonly string[] | null;
  /**
   * One entry a label; of a text that takes several windows, the highest of each.
   * @throws Fault when the text cannot be classified: too long, too many waiting, a model that fails.
   */
  classify(text: string, signal?: AbortSignal): Promise<readonly LabelScore[]>;
  /**
   * The probability that a text, or the most telling window of it, is one of `labels`: their sum where a text has one
   * label, the highest where it can have several.
   * @throws Fault as `classify` does, and when the model has no such label.
   */
  probability(labels: readonly string[], text: string, signal?: AbortSignal): Promise<number>;
}

/** An exported sequence classifier in a local folder. */
export interface EncoderSettings {
  /** Folder with `model.onnx` and `tokenizer.json`; relative to the configuration file. */
  readonly folder: string;
  /** The graph's file in the folder, when it has another name than the usual ones. */
  readonly file?: string | undefined;
  /** Absent: ONNX Runtime's native library where it works, WebAssembly otherwise. */
  readonly runtime?: 'native' | 'wasm' | undefined;
  /** Texts that are classified at once, each on a thread with the model loaded once more. Default 1. */
  readonly threads?: number | undefined;
  /** Texts that may wait; one more is a failed check. Default 64. */
  readonly queue?: number | undefined;
}

/** A model that is asked to judge: any OpenAI-compatible chat endpoint. */
export interface JudgeSettings {
  /** Base URL with its version: `https://api.example.com/v1`. */
  readonly url: string;
  readonly model: string;
  readonly key?: string | undefined;
  /** Milliseconds for one judgement. Default 10,000. */
  readonly timeout?: number | undefined;
  /** Requests at once. Default 8. */
  readonly concurrent?: number | undefined;
  /** Texts that may wait; one more is a failed check. Default 64. */
  readonly queue?: number | undefined;
}

export interface Judge {
  /**
   * Asks for the probability that `text` is what `question` describes.
   * @throws Fault when the judge cannot be reached or its answer is not in the form that was asked for.
   */
  ask(question: string, text: string, signal?: AbortSignal): Promise<{ readonly score: number }>;
}

/** What detectors may use of the outside world. Rooms that may open files and sockets make it; detectors are handed it. */
export interface Resources {
  encoder(settings: EncoderSettings): TextClassifier;
  judge(settings: JudgeSettings): Judge;
  /**
   * Canary tokens that were planted, as they are at this moment: the same array until something changes.
   * @throws Fault when it is not known what is planted.
   */
  canaries(): readonly { readonly id: string; readonly note: string | null; readonly token: string }[];
}

const NO_CANARIES: readonly never[] = Object.freeze([]);

/** For texts inspected without a gateway around: nothing outside can be used. */
export const NO_RESOURCES: Resources = {
  encoder: () => {
    throw new Fault('ERR_CONFIG', 'No encoder can be loaded here.');
  },
  judge: () => {
    throw new Fault('ERR_CONFIG', 'No judge can be asked here.');
  },
  canaries: () => NO_CANARIES,
};
