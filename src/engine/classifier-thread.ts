/** The thread behind `ThreadedClassifier`: one session, one text at a time. */
import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { type FaultCode, isFault } from '../core/fault.ts';
import type { ClassifierFolder } from './classifier-folder.ts';
import type { RuntimeKind } from './onnx-runtime.ts';
import { openSequenceClassifier, type WindowScores } from './sequence-classifier.ts';

export interface ThreadData {
  readonly folder: ClassifierFolder;
  readonly runtime: RuntimeKind | undefined;
}

export type ThreadOrder = { readonly id: number; readonly text: string } | { readonly abort: number } | 'close';

/** A Fault's parts; an error that is none says its class alone, because its message may quote the text. */
export interface ThreadFault {
  readonly code: FaultCode;
  readonly message: string;
  readonly where: string | undefined;
  readonly hint: string | undefined;
}

export type ThreadAnswer =
  | {
      readonly kind: 'ready';
      readonly runtime: RuntimeKind;
      readonly labels: readonly string[];
      readonly exclusive: boolean;
    }
  | { readonly kind: 'unfit'; readonly fault: ThreadFault }
  | { readonly kind: 'scores'; readonly id: number; readonly scores: WindowScores | null }
  | { readonly kind: 'failed'; readonly id: number; readonly fault: ThreadFault };

const port = parentPort!;
const { folder, runtime } = workerData as ThreadData;
const aborted = new Set<number>();

function say(answer: ThreadAnswer): void {
  port.postMessage(answer);
}

function toThreadFault(error: unknown): ThreadFault {
  if (isFault(error)) return { code: error.code, message: error.message, where: error.where, hint: error.hint };
  const name = error instanceof Error ? error.name : typeof error;
  return { code: 'ERR_CHECK_FAILED', message: `The model failed with ${name}.`, where: undefined, hint: undefined };
}

try {
  const classifier = await openSequenceClassifier(folder, runtime);
  port.on('message', (order: ThreadOrder) => {
    if (order === 'close') {
      void classifier.close().finally(() => port.close());
      return;
    }
    if ('abort' in order) {
      aborted.add(order.abort);
      return;
    }
    const { id, text } = order;
    // Between two runs the thread looks into its letter box.
    const goOn = async (): Promise<boolean> => {
      await setImmediate();
      return !aborted.has(id);
    };
    classifier
      .score(text, goOn)
      .then(
        (scores) => say({ kind: 'scores', id, scores }),
        (error: unknown) => say({ kind: 'failed', id, fault: toThreadFault(error) }),
      )
      .finally(() => aborted.delete(id));
  });
  say({ kind: 'ready', runtime: classifier.runtime, labels: classifier.labels, exclusive: classifier.exclusive });
} catch (error) {
  say({ kind: 'unfit', fault: toThreadFault(error) });
}
