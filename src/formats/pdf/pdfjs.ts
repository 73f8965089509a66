import { getResolvedPDFJS } from 'unpdf';

type PdfJs = Awaited<ReturnType<typeof getResolvedPDFJS>>;
export type PdfDocument = Awaited<ReturnType<PdfJs['getDocument']>['promise']>;
export type PdfPage = Awaited<ReturnType<PdfDocument['getPage']>>;
export type PdfOps = PdfJs['OPS'];

/** Pictures of more pixels are not decoded: nothing here looks at them. */
const MAX_PIXELS = 1;

/**
 * Opens a document with everything off that is not reading: no network and no files (only the bytes are given, no maps and no fonts
 * are fetched), no scripts, no forms of XFA, no pictures. This build of pdf.js has no `eval` and starts no worker of its own;
 * `extraction-thread.ts` puts it on a thread that can be ended.
 *
 * @param onMissingMap told of each predefined character map (ISO 32000-1, 9.7.5.2) that a text needs and that is not there.
 */
export async function openPdf(bytes: Uint8Array, onMissingMap: (name: string) => void): Promise<PdfDocument> {
  const { getDocument, VerbosityLevel } = await getResolvedPDFJS();
  return getDocument({
    // A copy, because the library takes what it is given for its own; and no Buffer, which it refuses.
    data: new Uint8Array(bytes),
    verbosity: VerbosityLevel.ERRORS,
    disableFontFace: true,
    useSystemFonts: false,
    useWorkerFetch: false,
    BinaryDataFactory: noDataFactory(onMissingMap),
    useWasm: false,
    enableXfa: false,
    maxImageSize: MAX_PIXELS,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
    stopAtErrors: false,
    disableAutoFetch: true,
    disableRange: true,
    disableStream: true,
  }).promise;
}

export async function pdfOps(): Promise<PdfOps> {
  return (await getResolvedPDFJS()).OPS;
}

/** What the library asks for things it would fetch: character maps, which texts need, and fonts, which they do not. */
function noDataFactory(onMissingMap: (name: string) => void): object {
  return class NoData {
    readonly fetch = ({ kind, filename }: { readonly kind: string; readonly filename: string }): Promise<never> => {
      if (kind === 'cMapUrl') onMissingMap(filename.replace(/\.bcmap$/, ''));
      return Promise.reject(new Error('nothing is fetched'));
    };
  };
}
