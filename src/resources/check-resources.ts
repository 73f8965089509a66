import { resolve } from 'node:path';
import { Fault } from '../core/fault.ts';
import { NO_RESOURCES, type Resources } from '../detect/resources.ts';
import { assertOnnxFile } from '../engine/assert-onnx-file.ts';
import { readClassifierFolder } from '../engine/classifier-folder.ts';

/** What detectors of a configuration are made with that is only to be checked. */
export interface ResourceCheck {
  readonly resources: Resources;
  /**
   * Checks every network that a detector has asked for as it is checked before it is loaded.
   * @throws Fault `ERR_CONFIG`
   */
  finish(): Promise<void>;
}

/**
 * Looks at the folders of classifiers and loads nothing: no network runs, no judge is asked.
 * @param directory what relative folders are relative to: the configuration file's.
 */
export function checkResources(directory: string): ResourceCheck {
  const networks = new Set<string>();
  const notHere = (): Promise<never> => Promise.reject(new Fault('ERR_CHECK_FAILED', 'Nothing is loaded here.'));
  return {
    resources: {
      encoder: ({ folder, file }) => {
        const { model, labels } = readClassifierFolder(resolve(directory, folder), file);
        networks.add(model);
        return { labels, classify: notHere, probability: notHere };
      },
      judge: () => ({ ask: notHere }),
      canaries: NO_RESOURCES.canaries,
    },
    finish: async () => {
      for (const network of networks) await assertOnnxFile(network);
    },
  };
}
