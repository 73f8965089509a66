import type { FileLimits, GapReason } from '../../formats/extraction.ts';
import { DEFAULT_FILE_LIMITS } from '../../formats/extraction.ts';

/** What happens to a message with something in it that cannot be inspected. */
export const UNINSPECTABLE_CHOICES = ['allow', 'review', 'block'] as const;
export type UninspectableChoice = (typeof UNINSPECTABLE_CHOICES)[number];

/** `guard.uninspectable` and `guard.files` of the configuration. */
export interface FileOptions {
  readonly uninspectable?: UninspectableChoice | undefined;
  readonly files: {
    readonly images: UninspectableChoice;
    readonly audio?: UninspectableChoice | undefined;
    readonly references?: UninspectableChoice | undefined;
    readonly maxBytes: number;
    readonly maxText: number;
    readonly maxPages: number;
    /** Milliseconds for all files of one request together. */
    readonly timeout: number;
  };
}

export interface FileSettings {
  /** True when the operator chose what is to happen: then files are read even where no rule looks at them. */
  readonly explicit: boolean;
  readonly limits: FileLimits;
  readonly timeout: number;
  actionFor(reason: GapReason): UninspectableChoice;
}

/**
 * A document that should be readable and is not (a password, damage, a bomb) blocks unless told otherwise: it is rare, and nobody can
 * say what it holds. Pictures, sound, and what lies elsewhere can never be read, and are in ordinary use: without
 * a word of the operator they pass, on the record as not inspected. Who sets `uninspectable` decides for sound and
 * references as well; pictures keep a switch of their own, since their metadata are read.
 */
export function fileSettings({ uninspectable, files }: FileOptions): FileSettings {
  const document = uninspectable ?? 'block';
  const audio = files.audio ?? uninspectable ?? 'allow';
  const references = files.references ?? uninspectable ?? 'allow';
  return {
    explicit: [uninspectable, files.audio, files.references, files.images].some(
      (choice) => choice !== undefined && choice !== 'allow',
    ),
    limits: { ...DEFAULT_FILE_LIMITS, bytes: files.maxBytes, text: files.maxText, pages: files.maxPages },
    timeout: files.timeout,
    actionFor(reason) {
      switch (reason) {
        case 'pixels':
          return files.images;
        case 'audio':
        case 'video':
          return audio;
        case 'reference':
          return references;
        case 'encrypted':
        case 'damaged':
        case 'limit':
        case 'unsupported':
        case 'timeout':
        case 'busy':
          return document;
      }
    },
  };
}
