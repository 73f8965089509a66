import type { Reader } from '../../reader.ts';

const MAX_BYTES = 16 << 20;

/** The program of a TorchScript archive: `code/*.py` in a restricted Python that PyTorch compiles when it loads the model. */
export const torchscript: Reader<'torchscript'> = {
  id: 'torchscript',
  title: 'TorchScript',
  extensions: [],
  sniff: ({ name, within }) => within === 'zip' && /(^|\/)code\/.*\.py$/.test(name),
  read: ({ source, name }, observer) => {
    if (source.size > MAX_BYTES) return observer.incomplete(`a program of ${source.size} bytes is not read`);
    const text = Buffer.from(source.read(0, source.size)).toString('utf8');
    const seen = new Set<string>();
    // Operators are called by their names: `torch.add(`, `ops.prim.unchecked_cast(`, `ops.custom.f(`.
    for (const match of text.matchAll(/\b(torch(?:\.\w{1,60}){1,6}|ops\.\w{1,60}\.\w{1,60})\s?\(/g)) {
      const called = match[1]!;
      if (seen.has(called)) continue;
      seen.add(called);
      const dot = called.lastIndexOf('.');
      observer.fact({
        kind: 'operator',
        offset: match.index,
        framework: 'TorchScript',
        domain: called.slice(0, dot),
        name: called.slice(dot + 1),
        place: name,
      });
    }
  },
};
