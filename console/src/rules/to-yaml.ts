/**
 * Writes what JSON can hold as YAML 1.2 for people: block style, short lists of plain values on one line, quotes only where
 * the text would be read as something else.
 */
export function toYaml(value: unknown): string {
  return `${blockOf(value, 0)}\n`;
}

const LINE = 100;

function blockOf(value: unknown, depth: number): string {
  const indent = '  '.repeat(depth);
  if (Array.isArray(value)) {
    const flow = flowOf(value);
    if (flow !== null && flow.length + indent.length <= LINE) return flow;
    return value
      .map((item) => {
        const isBlock = typeof item === 'object' && item !== null && Object.keys(item).length > 0;
        const text = blockOf(item, depth + 1);
        return `${indent}- ${isBlock ? text.slice(indent.length + 2) : text}`;
      })
      .join('\n');
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    if (members.length === 0) return '{}';
    return members
      .map(([key, member]) => {
        const text = blockOf(member, depth + 1);
        const below = text.startsWith('  '.repeat(depth + 1)) && typeof member === 'object' && member !== null;
        return `${indent}${textOf(key)}:${below ? '\n' : ' '}${text}`;
      })
      .join('\n');
  }
  return scalarOf(value);
}

/** A list of plain values on one line; null where it is none. */
function flowOf(list: readonly unknown[]): string | null {
  if (list.some((item) => typeof item === 'object' && item !== null)) return null;
  return `[${list.map(scalarOf).join(', ')}]`;
}

function scalarOf(value: unknown): string {
  return typeof value === 'string' ? textOf(value) : JSON.stringify(value ?? null);
}

/** Letters that cannot be taken for a number, a date, a boolean or an operator stand as they are. */
function textOf(text: string): string {
  const isPlain = /^[A-Za-z_][\w./+-]*(?: [\w./+-]+)*$/.test(text) || /^\d+(?:ms|[smhd]|[KMG]iB|B)$/.test(text);
  return isPlain && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text) ? text : JSON.stringify(text);
}
