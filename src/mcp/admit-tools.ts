import { isWellFormedName, skeleton } from '../text/confusable-names.ts';
import { inspectOffer, type OfferFinding } from './inspect-offer.ts';
import { inspectSchema } from './inspect-schema.ts';
import type { Pins, PinStore } from './pins.ts';
import { readTool, type ToolDefinition } from './tool-definition.ts';

export interface Admission {
  /** Tools that may be shown, and called. */
  readonly admitted: readonly ToolDefinition[];
  readonly held: readonly {
    readonly tool: ToolDefinition;
    readonly why: 'new' | 'changed' | 'findings';
    readonly findings: readonly OfferFinding[];
  }[];
  /** The pins when they have changed. */
  readonly pins: Pins | null;
}

export interface AdmissionContext {
  readonly store: PinStore;
  readonly server: string;
  readonly pins: Pins;
  readonly firstUse: 'check' | 'hold';
  /** The server was never seen before this session. */
  readonly first: boolean;
  readonly longest: number;
  readonly now: string;
}

/**
 * Holds the tools that a server lists against what was approved. A tool whose whole definition is the approved one is
 * admitted; everything else waits for a person, but for the tools of a server that is seen for the first time, in which
 * nothing is found (`firstUse: check`).
 */
export function admitTools(listed: readonly unknown[], context: AdmissionContext): Admission {
  const { pins } = context;
  const foreign = context.store.foreign(context.server);
  const foreignSkeletons = new Map([...foreign].map((name) => [skeleton(name), name]));
  const admitted: ToolDefinition[] = [];
  const held: Admission['held'][number][] = [];
  const own = new Map<string, string>(Object.keys(pins.tools).map((name) => [skeleton(name), name]));
  const seen = new Set<string>();
  for (const one of listed) {
    const tool = readTool(one);
    if (tool === null || seen.has(tool.name)) continue; // A second one of a name is never shown.
    seen.add(tool.name);
    const pinned = Object.hasOwn(pins.tools, tool.name) ? pins.tools[tool.name] : undefined;
    if (pinned?.digest === tool.digest) {
      admitted.push(tool);
      continue;
    }
    const waiting = Object.hasOwn(pins.held, tool.name) ? pins.held[tool.name] : undefined;
    if (waiting?.digest === tool.digest) {
      held.push({ tool, why: waiting.why, findings: waiting.findings });
      continue;
    }
    const findings = [...inspectTool(tool, { foreign, longest: context.longest })];
    const alike = skeleton(tool.name);
    const other = foreignSkeletons.get(alike);
    if (other !== undefined)
      findings.push({
        rule: 'shadowing/other-server',
        path: 'name',
        message: `Looks like "${other}", a tool of another server.`,
      });
    const twin = own.get(alike);
    if (twin !== undefined && twin !== tool.name)
      findings.push({
        rule: 'shadowing/twin',
        path: 'name',
        message: `Looks like "${twin}", another tool of this server.`,
      });
    own.set(alike, twin ?? tool.name);
    if (pinned !== undefined) held.push({ tool, why: 'changed', findings });
    else if (findings.length > 0) held.push({ tool, why: 'findings', findings });
    else if (context.first && context.firstUse === 'check') admitted.push(tool);
    else held.push({ tool, why: 'new', findings });
  }
  return { admitted, held, pins: updated(pins, admitted, held, context.now) };
}

/** Everything that is looked at in one tool. */
export function inspectTool(
  tool: ToolDefinition,
  context: { readonly foreign: ReadonlySet<string>; readonly longest: number },
): readonly OfferFinding[] {
  const found: OfferFinding[] = [];
  if (!isWellFormedName(tool.name))
    found.push({ rule: 'shadowing/name', path: 'name', message: 'Has characters that names of tools do not have.' });
  found.push(...inspectOffer(tool.value, context));
  for (const key of ['inputSchema', 'outputSchema']) found.push(...inspectSchema(tool.value[key], key));
  return found;
}

function updated(pins: Pins, admitted: Admission['admitted'], held: Admission['held'], now: string): Pins | null {
  const fresh = admitted.filter(({ name }) => !Object.hasOwn(pins.tools, name));
  const news = held.filter(
    ({ tool }) => !Object.hasOwn(pins.held, tool.name) || pins.held[tool.name]?.digest !== tool.digest,
  );
  if (fresh.length === 0 && news.length === 0) return null;
  return {
    ...pins,
    tools: {
      ...pins.tools,
      ...Object.fromEntries(
        fresh.map(({ name, digest, value }) => [
          name,
          { digest, definition: { ...value }, by: 'checked' as const, at: now },
        ]),
      ),
    },
    held: {
      ...pins.held,
      ...Object.fromEntries(
        news.map(({ tool: { name, digest, value }, why, findings }) => [
          name,
          { digest, definition: { ...value }, why, findings: findings.map((one) => ({ ...one })), at: now },
        ]),
      ),
    },
  };
}

/** The pins once a person has approved a tool that was held. */
export function approved(pins: Pins, name: string, now: string): Pins {
  const { [name]: tool, ...held } = pins.held;
  if (tool === undefined) return pins;
  const { digest, definition } = tool;
  return { ...pins, held, tools: { ...pins.tools, [name]: { digest, definition, by: 'approved', at: now } } };
}
