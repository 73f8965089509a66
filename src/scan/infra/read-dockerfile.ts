import type { DockerInstruction } from '../../formats/located/dockerfile.ts';
import type { LineIndex } from '../../formats/located/line-index.ts';
import { assignmentsOf, type Placed, unwrapShell, wordsOf, type Workload } from './workload.ts';

/** The container that the last stage of a Dockerfile makes: base image, variables, user, entry point and command. */
export function dockerWorkload(instructions: readonly DockerInstruction[], lines: LineIndex): Workload {
  const last = instructions.at(-1)!.stage;
  const args = argumentsOf(instructions);
  const stage = instructions.filter((one) => one.stage === last);
  const from = stage.find(({ name }) => name === 'FROM')!;
  const base = baseOf(instructions, from, args);
  const env: (Placed & { readonly name: string })[] = [];
  const ports: Workload['ports'][number][] = [];
  let user: Placed | null = null;
  let entry: readonly Placed[] = [];
  let command: readonly Placed[] = [];
  for (const one of stage) {
    const at = lines.place(one.start);
    const words = (): readonly Placed[] =>
      one.exec === null ? wordsOf(one.text, at) : unwrapShell(one.exec.map((text) => ({ text, at })));
    if (one.name === 'ENV') env.push(...environmentOf(one.text).map((pair) => ({ ...pair, at })));
    else if (one.name === 'USER') user = { text: one.text.trim(), at };
    else if (one.name === 'ENTRYPOINT') [entry, command] = [words(), []];
    else if (one.name === 'CMD') command = words();
    else if (one.name === 'EXPOSE')
      for (const word of one.text.split(/\s+/)) {
        const container = Number.parseInt(word, 10);
        if (container > 0) ports.push({ container, reach: 'listed', at });
      }
    if ((one.name === 'CMD' || one.name === 'ENTRYPOINT') && one.exec === null)
      env.push(...assignmentsOf(one.text, at));
  }
  return {
    from: 'dockerfile',
    name: base,
    image: { text: base, at: lines.place(from.start) },
    command: [...entry, ...command],
    env,
    moreEnv: true,
    ports,
    mounts: [],
    powers: [],
    user,
    runAsNonRoot: null,
    readOnlyRoot: false,
    escalation: 'unsaid',
    seccomp: false,
    limits: { memory: false, gpu: false },
    at: lines.place(from.start),
  };
}

/** The image that a stage begins with, through the stages that it builds on by name. */
function baseOf(
  instructions: readonly DockerInstruction[],
  from: DockerInstruction,
  args: ReadonlyMap<string, string>,
): string {
  const stages = new Map<string, string>();
  for (const one of instructions) {
    if (one.name !== 'FROM') continue;
    const [, image = '', alias] = /^(\S+)(?:\s+as\s+(\S+))?/i.exec(expand(one.text, args)) ?? [];
    const base = stages.get(image.toLowerCase()) ?? image;
    if (alias !== undefined) stages.set(alias.toLowerCase(), base);
    if (one === from) return base;
  }
  return '';
}

/** Defaults of ARG, by name. */
export function argumentsOf(instructions: readonly DockerInstruction[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { name, text } of instructions) {
    const [, key, value] = name === 'ARG' ? (/^(\w{1,100})=["']?([^"']{0,1000})["']?$/.exec(text.trim()) ?? []) : [];
    if (key !== undefined) found.set(key, value!);
  }
  return found;
}

/** `$NAME`, `${NAME}` and `${NAME:-default}` where there is a default. */
export function expand(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(
    /\$(?:(\w{1,100})|\{(\w{1,100})(?::?-([^{}]{0,300}))?\})/g,
    (whole, bare?: string, braced?: string, fallback?: string) => values.get(bare ?? braced!) ?? fallback ?? whole,
  );
}

/** `ENV A=b C="d e"`, and the old form `ENV A b`. */
export function environmentOf(text: string): readonly { readonly name: string; readonly text: string }[] {
  if (!/^\s*\w{1,100}=/.test(text)) {
    const [, name, value] = /^\s*(\w{1,100})\s+(.*)$/s.exec(text) ?? [];
    return name === undefined ? [] : [{ name, text: value!.trim() }];
  }
  const found: { name: string; text: string }[] = [];
  for (const [, name, double, single, bare] of text.matchAll(
    /(\w{1,100})=(?:"((?:[^"\\]|\\.){0,10000})"|'([^']{0,10000})'|(\S{0,10000}))/gs,
  )) {
    found.push({ name: name!, text: double ?? single ?? bare ?? '' });
  }
  return found;
}
