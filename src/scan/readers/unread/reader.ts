import { type Artifact, extensionOf } from '../../artifact.ts';
import type { Reader } from '../../reader.ts';

/** Formats that can carry code or native libraries and that nothing here looks into, by their names and first bytes. */
const FORMATS: readonly {
  readonly name: string;
  readonly extensions: readonly string[];
  readonly magic?: string;
  readonly at?: number;
}[] = [
  { name: 'TensorRT engine', extensions: ['.engine', '.plan', '.trt'] },
  { name: 'ExecuTorch', extensions: ['.pte'], magic: 'ET12', at: 4 },
  { name: 'PaddlePaddle', extensions: ['.pdmodel'] },
  { name: 'MXNet', extensions: ['.params'] },
  { name: 'Torch7', extensions: ['.t7'] },
  // Byte code runs when it is imported; skills have a check of their own for it.
  { name: 'compiled Python', extensions: ['.pyc', '.pyo'] },
  { name: 'RKNN', extensions: ['.rknn'], magic: 'RKNN' },
];

function formatOf({ head, name, context }: Artifact): string | null {
  const extension = extensionOf(name);
  const text = Buffer.from(head.subarray(0, 16)).toString('latin1');
  const found = FORMATS.find(
    ({ extensions, magic, at = 0 }) =>
      extensions.includes(extension) || (magic !== undefined && text.startsWith(magic, at)),
  );
  return found === undefined || (found.extensions.includes('.pyc') && context?.skill !== undefined) ? null : found.name;
}

/** What is known by name and not looked into: never clean. */
export const unread: Reader<'unread'> = {
  id: 'unread',
  title: 'format that is not looked into',
  extensions: [],
  sniff: (artifact) => formatOf(artifact) !== null,
  read: (artifact, observer) => observer.incomplete(`${formatOf(artifact)!} files are not looked into`),
};
