import { tellHiddenCharacters } from '../../find-hidden-characters.ts';
import { tellSecrets } from '../../find-secrets.ts';
import { sourceRisks } from '../../python/source-risks.ts';
import type { Observer, Reader } from '../../reader.ts';

const MAX_BYTES = 64 << 20;
const MAX_CELLS = 50_000;
const MAX_SHELL_LINES = 500;
const MAX_OUTPUTS = 1000;
/** Types of output that a viewer shows as markup or runs. */
const ACTIVE = /^(?:text\/html|image\/svg\+xml|application\/javascript|text\/javascript|application\/vnd\.)/;

/** Jupyter notebooks (nbformat 4): cells that somebody will run, and outputs that a viewer shows at once. */
export const notebook: Reader<'notebook'> = {
  id: 'notebook',
  title: 'Jupyter notebook',
  extensions: ['.ipynb'],
  sniff: ({ head, name }) => {
    const text = Buffer.from(head.subarray(0, 4096)).toString('latin1');
    return (
      /^\s{0,64}\{/.test(text) &&
      (name.toLowerCase().endsWith('.ipynb') || (/"cells"\s{0,8}:/.test(text) && /"cell_type"\s{0,8}:/.test(text)))
    );
  },
  read: ({ source }, observer) => {
    if (source.size > MAX_BYTES) return observer.incomplete(`a notebook of ${source.size} bytes is not read`);
    let value: unknown;
    try {
      value = JSON.parse(
        Buffer.from(source.read(0, source.size))
          .toString('utf8')
          .replace(/^\ufeff/, ''),
      );
    } catch {
      return observer.incomplete('the JSON of the notebook is damaged');
    }
    const cells = cellsOf(value);
    if (cells === null) return observer.incomplete('the notebook has no cells');
    if (cells.length > MAX_CELLS) observer.incomplete(`more than ${MAX_CELLS} cells`);
    // Lines count on through all cells, as if they stood below each other.
    let line = 1;
    for (const cell of cells.slice(0, MAX_CELLS)) line = readCell(cell, line, observer);
  },
};

type Members = Readonly<Record<string, unknown>>;

function members(value: unknown): Members | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : null;
}

/** Cells of nbformat 4, or of the worksheets of nbformat 3. */
function cellsOf(value: unknown): readonly unknown[] | null {
  const top = members(value);
  if (Array.isArray(top?.['cells'])) return top['cells'];
  const sheets = top?.['worksheets'];
  if (!Array.isArray(sheets)) return null;
  return sheets.flatMap((sheet) => {
    const cells = members(sheet)?.['cells'];
    return Array.isArray(cells) ? (cells as unknown[]) : [];
  });
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string').join('') : '';
}

function readCell(value: unknown, line: number, observer: Observer): number {
  const cell = members(value);
  if (cell === null) return line;
  const text = textOf(cell['source'] ?? cell['input']);
  tellSecrets(text, observer, line);
  tellHiddenCharacters(text, observer, line);
  if (cell['cell_type'] === 'code') readCode(text, line, observer);
  else if (ACTIVE_MARKUP.test(text)) observer.fact({ kind: 'active-output', offset: 0, line, type: 'markdown', text });
  const outputs = cell['outputs'];
  if (Array.isArray(outputs)) {
    if (outputs.length > MAX_OUTPUTS) observer.incomplete(`outputs of a cell after the first ${MAX_OUTPUTS}`);
    for (const output of outputs.slice(0, MAX_OUTPUTS)) readOutput(output, line, observer);
  }
  return line + text.split('\n').length;
}

const ACTIVE_MARKUP = /<script\b|\bon(?:error|load|click|mouseover)\s{0,4}=|javascript:|<iframe\b|<object\b|<embed\b/i;

function readCode(text: string, line: number, observer: Observer): void {
  const lines = text.split('\n');
  const first = /^\s{0,40}%%(\w{1,20})/.exec(lines.find((one) => one.trim() !== '') ?? '')?.[1];
  let shell = 0;
  if (first !== undefined && /^(?:bash|sh|script|system|cmd|powershell|javascript|js|html|perl|ruby)$/.test(first)) {
    for (const [index, one] of lines.entries()) {
      if (one.trim() !== '') tellShellLine(one, ++shell, line + index, observer);
    }
    return;
  }
  const program = lines.map((one, index) => {
    const magic =
      /^\s{0,40}(?:!{1,2}|%(?:system|sx|sh|bash|run|load|pip|conda|env)\b)(.*)$/.exec(one) ??
      /^[\w\s,]{1,80}=\s{0,4}!(.*)$/.exec(one);
    if (magic === null) return one.startsWith('%') ? '' : one;
    tellShellLine(one, ++shell, line + index, observer);
    return '';
  });
  for (const risk of sourceRisks(program.join('\n'), (reason) => observer.incomplete(reason))) {
    observer.fact({
      kind: 'source-call',
      offset: 0,
      line: line + risk.line - 1,
      place: 'notebook',
      risk: risk.kind,
      what: risk.what,
      atImport: risk.atImport,
    });
  }
}

function tellShellLine(text: string, count: number, line: number, observer: Observer): void {
  if (count <= MAX_SHELL_LINES) observer.fact({ kind: 'shell-line', offset: 0, line, text: text.trim() });
  else if (count === MAX_SHELL_LINES + 1)
    observer.incomplete(`commands of a cell after the first ${MAX_SHELL_LINES}`, { offset: 0, line });
}

function readOutput(value: unknown, line: number, observer: Observer): void {
  const output = members(value);
  if (output === null) return;
  const text = textOf(output['text']);
  if (text !== '') tellSecrets(text, observer, line);
  for (const [type, content] of Object.entries(members(output['data']) ?? {})) {
    const shown = textOf(content);
    if (type.startsWith('text/')) tellSecrets(shown, observer, line);
    if (!ACTIVE.test(type)) continue;
    const script = type.includes('javascript');
    if (script || ACTIVE_MARKUP.test(shown))
      observer.fact({ kind: 'active-output', offset: 0, line, type, text: shown });
  }
}
