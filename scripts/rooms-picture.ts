import { ROOMS, type Room } from '../rooms.ts';

const STOREYS = [
  'ground: words and primitives',
  'first storey: what things are',
  'second storey: what we know how to do',
  'top storey: who comes to the door',
] as const;

const rooms = Object.entries<Room>(ROOMS);

/** The storeys as text, the top one first, as a house stands. */
export function storeysAsText(exists: (room: string) => boolean): string {
  const lines: string[] = [];
  for (let storey = STOREYS.length - 1; storey >= 0; storey--) {
    const here = rooms.filter(([name, room]) => room.storey === storey && exists(name)).map(([name]) => name);
    lines.push(`  ${STOREYS[storey]!.padEnd(40)}${here.join('  ')}`);
    if (storey > 0) lines.push(`  ${' '.repeat(40)}↓`);
  }
  return ['```text', ...lines, '```'].join('\n');
}

/** The same as a mermaid graph, with the arrows; an arrow that another way already implies is left out. */
export function storeysAsMermaid(exists: (room: string) => boolean): string {
  const lines = ['```mermaid', 'flowchart TB'];
  for (let storey = STOREYS.length - 1; storey >= 0; storey--) {
    lines.push(`  subgraph s${storey}["${STOREYS[storey]!}"]`);
    for (const [name, room] of rooms) if (room.storey === storey && exists(name)) lines.push(`    ${name}`);
    lines.push('  end');
  }
  for (const [name, room] of rooms) {
    const near = room.imports.filter((other) => exists(other));
    const implied = new Set(near.flatMap((other) => [...reach(other)].filter((far) => far !== other)));
    if (!exists(name)) continue;
    for (const other of near) if (!implied.has(other)) lines.push(`  ${name} --> ${other}`);
  }
  return [...lines, '```'].join('\n');
}

/** Who may do what outside, as a table. */
export function roomsAsTable(exists: (room: string) => boolean): string {
  const rows = rooms
    .filter(([name]) => exists(name))
    .map(([name, room]) => `| \`${name}\` | ${list(room.imports.filter(exists))} | ${list(room.may)} |`);
  return ['| room | may import | may touch |', '| --- | --- | --- |', ...rows].join('\n');
}

function list(names: readonly string[]): string {
  return names.length === 0 ? '-' : names.join(', ');
}

function reach(name: string, seen = new Set<string>()): Set<string> {
  for (const other of (ROOMS as Readonly<Record<string, Room>>)[name]?.imports ?? []) {
    if (!seen.has(other)) reach(other, seen.add(other));
  }
  return seen;
}
