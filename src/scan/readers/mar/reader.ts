import type { Reader } from '../../reader.ts';

const MAX_BYTES = 1 << 20;
/** Handlers that TorchServe brings along. */
const OWN =
  /^(?:base_handler|image_classifier|image_segmenter|object_detector|text_classifier|text_generation|densenet_handler|vision_handler)(?:\.py)?$/;

/** The manifest of a TorchServe archive (.mar): which Python handles requests, and what is installed for it. */
export const mar: Reader<'mar'> = {
  id: 'mar',
  title: 'TorchServe manifest',
  extensions: [],
  sniff: ({ name }) => /(?:^|\/)MAR-INF\/MANIFEST\.json$/i.test(name),
  read: ({ source }, observer) => {
    if (source.size > MAX_BYTES) return observer.incomplete(`a manifest of ${source.size} bytes is not read`);
    let manifest: unknown;
    try {
      manifest = JSON.parse(Buffer.from(source.read(0, source.size)).toString('utf8'));
    } catch {
      return observer.incomplete('the manifest is damaged');
    }
    const model = (manifest as { readonly model?: Readonly<Record<string, unknown>> } | null)?.model;
    for (const key of ['handler', 'modelFile', 'requirementsFile', 'configFile']) {
      const value = model?.[key];
      if (typeof value !== 'string' || (key === 'handler' && OWN.test(value))) continue;
      if (key === 'handler' || key === 'modelFile') {
        observer.fact({
          kind: 'code-reference',
          offset: 0,
          framework: 'TorchServe',
          path: `model.${key}`,
          value: value.slice(0, 300),
        });
      } else
        observer.fact({
          kind: 'file-reference',
          offset: 0,
          format: 'TorchServe',
          path: value,
          why: 'the manifest names it',
        });
    }
  },
};
