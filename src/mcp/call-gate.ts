import type { FlowCause } from '../flow/decide.ts';
import { scopeCall } from '../flow/scope/scope-call.ts';
import { cleanText } from './clean-text.ts';
import { digestOf } from './digest.ts';
import type { CallDecision } from './flow-session.ts';
import { fits, safeSchema } from './guard-result.ts';
import type { JsonObject } from './rpc-message.ts';
import type { SessionParts } from './session-parts.ts';
import type { ToolDefinition } from './tool-definition.ts';
import type { ToolRule } from '../config/mcp-schema.ts';

/** What is to be done with a call before anybody is asked. */
export interface CallPlan {
  readonly verdict: 'allow' | 'approve' | 'deny';
  /** `tools` (an operator's rule), `observe`, or a rule of the flow. */
  readonly rule: string;
  readonly reason: string;
  readonly flow: CallDecision;
  /** Of the tool's name and the arguments as they go to it. */
  readonly digest: string;
  /** Digest of the definition that was decided on. */
  readonly tool: string;
  /** The arguments as they go to the tool: with what belongs to whom the call is for. */
  readonly args: JsonObject;
  /** Dotted paths of arguments that the proxy wrote. */
  readonly written: readonly string[];
}

export function ruleFor(rules: Readonly<Record<string, ToolRule>>, name: string): ToolRule {
  for (const [pattern, rule] of Object.entries(rules)) if (matches(pattern, name)) return rule;
  return 'check';
}

/** `*` stands for any characters. Greedy from the left, linear in both. */
function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*');
  if (parts.length === 1) return pattern === name;
  const [first, last] = [parts[0]!, parts.at(-1)!];
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= name.length - last.length;
}

/** @param given already an object, with a canonical text. */
export function planCall<Way>(parts: SessionParts<Way>, tool: ToolDefinition, given: JsonObject): CallPlan {
  const { principal, settings, config, rules } = parts;
  const scoped = scopeCall(given, rules?.scopes(tool.name) ?? [], principal.who, tool.value['inputSchema']);
  const args = scoped.allowed ? scoped.args : given;
  const { written, verified } = scoped.allowed ? scoped : { written: [], verified: [] };
  const digest = digestOf({ tool: tool.name, args });
  const flow = principal.flow.decide({ kind: 'call', id: digest, tool: tool.name, args }, verified);
  const rule = ruleFor(settings.tools, tool.name);
  const plan = (verdict: CallPlan['verdict'], by: string, reason: string): CallPlan => ({
    verdict,
    rule: by,
    reason,
    flow,
    digest,
    tool: tool.digest,
    args,
    written,
  });
  if (rule === 'deny') return plan('deny', 'tools', 'The operator has ruled this tool out.');
  if (!scoped.allowed) return plan('deny', 'scope', scoped.reason);
  const schema = tool.value['inputSchema'];
  if (schema !== undefined) {
    const compiled = safeSchema(schema);
    if (compiled === null) return plan('deny', 'arguments', "The tool's input schema cannot be checked.");
    const mismatch = fits(compiled, args);
    if (mismatch !== null) return plan('deny', 'arguments', `The arguments do not fit the tool's schema: ${mismatch}.`);
  }
  if (rule === 'allow' || rule === 'approve') {
    // What the rules over arguments say of this very call is more than what is said of the tool.
    const said = strictest(flow.causes.filter((cause) => rules?.rules.some(({ id }) => id === cause.rule) === true));
    if (said !== null && (said.verdict === 'deny' || rule === 'allow'))
      return plan(said.verdict, said.rule, said.reason);
    return rule === 'allow'
      ? plan('allow', 'tools', 'The operator lets calls of this tool through.')
      : plan('approve', 'tools', 'The operator wants a person to be asked.');
  }
  if (config.mode === 'observe') return plan('allow', 'observe', flow.reason);
  return plan(flow.verdict, flow.rule, flow.reason);
}

function strictest(causes: readonly FlowCause[]): FlowCause | null {
  return (
    causes.find(({ verdict }) => verdict === 'deny') ?? causes.find(({ verdict }) => verdict === 'approve') ?? null
  );
}

const MOST_SHOWN = 40;

/** The question to a person: the call, and for each value where it came from. What does not show is revealed. */
export function approvalQuestion(server: string, tool: string, args: JsonObject, plan: CallPlan): JsonObject {
  const lines = Object.entries(plan.flow.args)
    .slice(0, MOST_SHOWN)
    .map(([path, { from }]) => `- ${path} = ${revealed(valueAt(args, path))} (from: ${revealed(from)})`);
  const more = Object.keys(plan.flow.args).length - lines.length;
  return {
    message: [
      `[Parapet] A model wants to call "${revealed(tool)}" of ${server}. ${plan.reason}`,
      ...lines,
      ...(more > 0 ? [`… and ${more} more values`] : []),
    ].join('\n'),
    requestedSchema: {
      type: 'object',
      properties: { allow: { type: 'boolean', title: 'Make this call, once', default: false } },
      required: ['allow'],
    },
  };
}

/** The path is one that flow made: `to[0].name`. */
function valueAt(root: unknown, path: string): unknown {
  let value = root;
  for (const step of path.split(/[.[\]]+/).filter((one) => one !== ''))
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined;
  return value;
}

function revealed(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  const { text: clean, removed } = cleanText(text);
  const foreign = /[^\x20-\x7e]/.test(clean) ? ' (with letters that are not ASCII)' : '';
  const hidden = removed.size === 0 ? '' : ` (with hidden characters: ${[...removed].join(', ')})`;
  const plain = clean.replace(/\s+/g, ' ');
  return `${plain.length > 200 ? `${plain.slice(0, 200)}…` : plain}${foreign}${hidden}`;
}

/** What to tell a model, and through it its user, so that they know what to do about it. */
export function howToAllow(server: string, tool: string): string {
  return `Whoever runs Parapet can allow it: mcp.servers.${server}.tools: { ${JSON.stringify(tool)}: allow }`;
}
