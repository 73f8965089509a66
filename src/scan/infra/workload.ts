import type { Spot } from '../fact.ts';
import { shellCommands } from './shell-words.ts';

/** A value with its place. */
export interface Placed {
  readonly text: string;
  readonly at: Spot;
}

/** A port of a container, and how far it reaches. */
export interface WorkloadPort {
  /** 0 where it is a variable, and may be any. */
  readonly container: number;
  /**
   * `published`: whoever reaches the host or the cluster's edge. `loopback`: the host alone. `internal`: other containers. `listed`: named, which
   * opens nothing.
   */
  readonly reach: 'published' | 'loopback' | 'internal' | 'listed';
  readonly at: Spot;
}

export interface WorkloadMount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** From the host's own file system. */
  readonly host: boolean;
  readonly at: Spot;
}

/** A container as compose, Kubernetes, Helm values or a Dockerfile start it: what all of these say, in the same words. */
export interface Workload {
  readonly from: 'compose' | 'kubernetes' | 'helm' | 'dockerfile' | 'env';
  readonly name: string;
  readonly image: Placed | null;
  /** Words of entry point and arguments, shell lines split into words. */
  readonly command: readonly Placed[];
  readonly env: readonly (Placed & { readonly name: string })[];
  /** Variables may come from elsewhere, too: a file, a secret. */
  readonly moreEnv: boolean;
  readonly ports: readonly WorkloadPort[];
  readonly mounts: readonly WorkloadMount[];
  /**
   * What weakens the wall around it: `privileged`, `hostNetwork`, `hostPID`, `hostIPC`, `cap:SYS_ADMIN`, `unconfined` (every system call), `unguarded` (without
   * AppArmor or SELinux), `unmasked` (all of /proc and /sys).
   */
  readonly powers: readonly Placed[];
  /** User as written; null where nothing is said. */
  readonly user: Placed | null;
  /** null where nothing is said. */
  readonly runAsNonRoot: boolean | null;
  readonly readOnlyRoot: boolean;
  readonly escalation: 'denied' | 'allowed' | 'unsaid';
  readonly seccomp: boolean;
  readonly limits: { readonly memory: boolean; readonly gpu: boolean };
  readonly at: Spot;
}

/** Servers after which people call the services that they build from them. */
const BUILT_FROM =
  /^(?:vllm|sglang|ollama|comfyui|triton(?:server)?|torchserve|llama[-._]?cpp|local-?ai|text-generation-inference|lmdeploy|aphrodite|xinference|koboldcpp|langflow|flowise|mlflow|jupyterlab|openhands|anythingllm)$/;

/**
 * Tag and digest taken away: `ghcr.io/x/vllm-openai:v1@sha256:…` → `ghcr.io/x/vllm-openai`. Of a compose service whose image is a variable, which a file beside
 * it sets, the name of the service: people call the service `ollama` that runs Ollama. So of one that is built, where its name is that of a known server.
 */
export function imageName(workload: Workload): string {
  const image = workload.image?.text.toLowerCase() ?? '';
  const name = workload.name.toLowerCase();
  if (workload.from === 'compose' && (image.startsWith('$') || (image === '' && BUILT_FROM.test(name)))) return name;
  return image.replace(/@.*$/, '').replace(/:[^/]*$/, '');
}

/** The image's name ends in one of these, or has one of them as a folder. */
export function isImage(workload: Workload, pattern: RegExp): boolean {
  return pattern.test(imageName(workload));
}

/** All words of the command in one line, for patterns over what is started. */
export function commandLine(workload: Workload): string {
  return workload.command.map(({ text }) => text).join(' ');
}

/** Whether a program is started: its name without folder. */
export function starts(workload: Workload, ...programs: readonly string[]): boolean {
  return workload.command.some(({ text }) => programs.includes(text.slice(text.lastIndexOf('/') + 1)));
}

/** Value of a command-line option: its text, `''` for a bare one, null where it is not there. `--a=b`, `--a b`; `-` and `_` mean the same. */
export function option(workload: Workload, ...names: readonly string[]): Placed | null {
  const { command } = workload;
  for (const [index, word] of command.entries()) {
    const [, name, value] = /^(--?[\w.-]{1,100})(?:=(.*))?$/s.exec(word.text) ?? [];
    if (name === undefined || !names.some((one) => same(one, name))) continue;
    if (value !== undefined) return { text: value, at: word.at };
    const next = command[index + 1];
    return { text: next === undefined || next.text.startsWith('-') ? '' : next.text, at: word.at };
  }
  return null;
}

const same = (a: string, b: string): boolean => a.replaceAll('_', '-') === b.replaceAll('_', '-');

export function variable(workload: Workload, ...names: readonly string[]): (Placed & { readonly name: string }) | null {
  return workload.env.findLast(({ name }) => names.includes(name)) ?? null;
}

/** Whether one of these variables has a value, or may have one from a place that is not seen: a file, a secret. */
export function isGiven(workload: Workload, ...names: readonly string[]): boolean {
  const value = variable(workload, ...names);
  return value === null ? workload.moreEnv : value.text !== '';
}

/** True for what people write for yes. */
export function isOn(value: { readonly text: string } | null): boolean {
  return value !== null && /^(?:true|1|yes|on)$/i.test(value.text.trim());
}

export function isOff(value: { readonly text: string } | null): boolean {
  return value !== null && /^(?:false|0|no|off)$/i.test(value.text.trim());
}

/** Reaches everybody: all interfaces, or a name that stands for them. */
export function isEverywhere(text: string): boolean {
  return /^(?:https?:\/\/|tcp:\/\/)?(?:0\.0\.0\.0|\[?::\]?|\*)(?::\d+)?(?:\/.*)?$/.test(text.trim());
}

/** How far a port reaches; without ports of that number, whether the network of the host is shared. */
export function reachOf(workload: Workload, ...ports: readonly number[]): WorkloadPort['reach'] | null {
  const own = workload.ports.filter(
    ({ container }) => ports.length === 0 || container === 0 || ports.includes(container),
  );
  for (const reach of ['published', 'internal', 'loopback', 'listed'] as const)
    if (own.some((port) => port.reach === reach)) return reach;
  return workload.powers.some(({ text }) => text === 'hostNetwork') ? 'published' : null;
}

/** Where to point at: the port that reaches furthest, else the image, else the workload. */
export function spotOf(workload: Workload, ...ports: readonly number[]): Spot {
  const own = workload.ports.filter(({ container }) => container === 0 || ports.includes(container));
  const published = own.find(({ reach }) => reach === 'published') ?? own[0];
  return published?.at ?? workload.image?.at ?? workload.at;
}

/** Words of a shell line, as a command of placed words. */
export function wordsOf(line: string, at: Spot): readonly Placed[] {
  return shellCommands(line).flatMap(({ words }) => words.map((text) => ({ text, at })));
}

/** Assignments in front of commands of a shell line. */
export function assignmentsOf(line: string, at: Spot): readonly (Placed & { readonly name: string })[] {
  return shellCommands(line).flatMap(({ assignments }) =>
    assignments.map(({ name, value }) => ({ name, text: value, at })),
  );
}

/** `sh -c LINE` as the words of the line; everything else as it is. */
export function unwrapShell(words: readonly Placed[]): readonly Placed[] {
  const shell = words.findIndex(({ text }) => /(?:^|\/)(?:ba|da|z|a)?sh$/.test(text));
  if (shell === -1 || shell > 2) return words;
  const flag = words.findIndex(({ text }, at) => at > shell && /^-[a-z]*c$/.test(text));
  if (flag === -1 || words[flag + 1] === undefined) return words;
  return words.slice(flag + 1).flatMap(({ text, at }) => wordsOf(text, at));
}
