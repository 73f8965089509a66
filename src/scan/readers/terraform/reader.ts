import { decodeLoose } from '../../../formats/decode-text.ts';
import { parseHcl } from '../../../formats/located/hcl.ts';
import { LineIndex } from '../../../formats/located/line-index.ts';
import { extensionOf } from '../../artifact.ts';
import type { Reader } from '../../reader.ts';

const MAX_BYTES = 4 << 20;

/** Terraform and OpenTofu files in HCL. */
export const terraform: Reader<'terraform'> = {
  id: 'terraform',
  title: 'Terraform',
  extensions: ['.tf', '.tofu'],
  sniff: ({ name, head }) => ['.tf', '.tofu'].includes(extensionOf(name)) && !head.includes(0),
  read: ({ source }, observer) => {
    if (source.size > MAX_BYTES) return observer.incomplete(`a Terraform file of ${source.size} bytes is not read`);
    const text = decodeLoose(source.read(0, source.size));
    const lines = new LineIndex(text);
    const result = parseHcl(text);
    if (result.ok) observer.fact({ kind: 'infra-terraform', ...lines.place(0), body: result.body, lines });
    else observer.incomplete(`the Terraform file is damaged: ${result.reason}`, lines.place(result.at));
  },
};
