import { Fault } from '../core/fault.ts';

/** A label that a classifier gives a text, with its probability between 0 and 1. */
export interface LabelScore {
  readonly label: string;
  readonly score: number;
}

/** A sequence classifier: an encoder with a head. One entry a label. */
export interface TextClassifier {
  classify(text: string, signal?: AbortSignal): Promise<readonly LabelScore[]>;
}

/** An exported sequence classifier in a local folder. */
export interface EncoderSettings {
  /** Folder with `model.onnx` and `tokenizer.json`; relative to the configuration file. */
  readonly folder: string;
}

/** A model that is asked to judge: any OpenAI-compatible chat endpoint. */
export interface JudgeSettings {
  /** Base URL with its version: `https://api.example.com/v1`. */
  readonly url: string;
  readonly model: string;
  readonly key?: string | undefined;
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
