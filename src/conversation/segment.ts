/** Who speaks in a message, in the provider's terms, folded to one list. */
export const ROLES = ['system', 'developer', 'user', 'assistant', 'tool'] as const;
export type Role = (typeof ROLES)[number];

/**
 * Where a text comes from, which is what trust hangs on; not the same as its role.
 * `operator`: system and developer prompts. `user`: the person's own words. `model`: what the model said.
 * `tool`: a tool's result. `document`: a file or document part. `definition`: names, descriptions and schemas of tools.
 */
export const ORIGINS = ['operator', 'user', 'model', 'tool', 'document', 'definition'] as const;
export type Origin = (typeof ORIGINS)[number];

export const SEGMENT_KINDS = [
  'text',
  'reasoning',
  'refusal',
  'tool-name',
  'tool-arguments',
  'tool-result',
  'tool-definition',
  'citation',
  'transcript',
  'code',
  'embedding-input',
  'media', // image, audio or file that is not text: `text` is empty, `media` says what it is
] as const;
export type SegmentKind = (typeof SEGMENT_KINDS)[number];

/** Keys and indices from the root of a JSON document to a value. */
export type JsonPath = readonly (string | number)[];

/** One message part: the smallest thing that rules look at. */
export interface Segment {
  /** `pathId(path)`: for example `messages[1].content[0].text`. Unique within its request or response. */
  readonly id: string;
  /** Where the text stands in the body, so that redaction can splice it and leave every other byte alone. */
  readonly path: JsonPath;
  readonly role: Role;
  readonly origin: Origin;
  readonly kind: SegmentKind;
  readonly text: string;
  /** Index of the message, input item or choice that it belongs to. -1 for what stands outside messages. */
  readonly message: number;
  /** Name of the tool that was called or answered, where known. */
  readonly tool?: string;
  /** Provider's id of the tool call. */
  readonly call?: string;
  /** For `media`: the MIME type or the provider's part type, and the URL where it is a reference. */
  readonly media?: { readonly type: string; readonly url?: string; readonly bytes?: number };
  /**
   * The text was taken out of a file: `path` is the file's, `id` is the file's id, `#` and the part (`…file_data#page=2`), and nothing
   * can be spliced into it. `hidden`: a person who opens the file does not see it.
   */
  readonly file?: { readonly hidden: boolean };
}

const NAME = /^[\w$-]+$/;

/** `['messages', 1, 'content']` as `messages[1].content`; keys that are not plain names in brackets: `input["a.b"]`. */
export function pathId(path: JsonPath): string {
  let id = '';
  for (const step of path) {
    if (typeof step === 'number') id += `[${step}]`;
    else if (!NAME.test(step)) id += `[${JSON.stringify(step)}]`;
    else id += id === '' ? step : `.${step}`;
  }
  return id;
}
