/**
 * Writes what JSON can hold as YAML 1.2 for people: block style, short lists of plain values on one line, quotes only where
 * the text would be read as something else.
 */
export function toYaml(value: unknown): string {
  const written = write(value);
  return `${typeof written === 'string' ? written : written.join('\n')}\n`;
}

const LINE = 100;

/** One line that may stand behind a key, or lines that stand below it. */
type Written = string | readonly string[];

function write(value: unknown): Written {
  if (Array.isArray(value)) return writeList(value);
  if (typeof value !== 'object' || value === null) return scalarOf(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  if (members.length === 0) return '{}';
  return members.flatMap(([key, member]) => {
    const written = write(member);
    const name = key === 'on' ? key : textOf(key); // a boolean in YAML 1.1 only
    return typeof written === 'string' ? [`${name}: ${written}`] : [`${name}:`, ...written.map((line) => `  ${line}`)];
  });
}

function writeList(list: readonly unknown[]): Written {
  if (list.every((item) => typeof item !== 'object' || item === null)) {
    const line = `[${list.map(scalarOf).join(', ')}]`;
    if (line.length <= LINE || list.length === 0) return line;
  }
  return list.flatMap((item) => {
    const written = write(item);
    const [first = '', ...more] = typeof written === 'string' ? [written] : written;
    return [`- ${first}`, ...more.map((line) => `  ${line}`)];
  });
}

function scalarOf(value: unknown): string {
  return typeof value === 'string' ? textOf(value) : JSON.stringify(value ?? null);
}

/** Letters that cannot be taken for a number, a date, a boolean or an operator stand as they are. */
function textOf(text: string): string {
  const isPlain = /^[A-Za-z_][\w./+-]*(?: [\w./+-]+)*$/.test(text) || /^\d+(?:ms|[smhd]|[KMG]iB|B)$/.test(text);
  return isPlain && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text) ? text : JSON.stringify(text);
}
