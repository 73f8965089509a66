import { wildcard } from '../../core/wildcard.ts';
import { DEFAULT_BUDGETS } from '../budgets.ts';
import type { FlowTool } from '../history.ts';
import { profileTool, type ToolProfile } from '../tool-profile.ts';
import type { FlowRules } from './compile-rules.ts';
import { argumentNames, isRequired } from './schema-arguments.ts';
import type { ArgumentConditionSource, RuleSource } from './rule-file.ts';

/**
 * Something about a rule file that a person should know. `error`: the rule cannot do what it is for. `warning`: it probably does
 * not do what was meant. `loosened`: it lets through what would not be let through without it.
 */
export interface LintRemark {
  readonly severity: 'error' | 'warning' | 'loosened';
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly given?: string;
  readonly allowed?: readonly string[];
}

/** @param tools the tools on offer; null: what needs them is not looked at. */
export function lintRules(rules: FlowRules, tools: readonly FlowTool[] | null): readonly LintRemark[] {
  const { source } = rules;
  const remarks: LintRemark[] = [];
  if (tools !== null) {
    const names = tools.map(({ name }) => name);
    for (const { path, pattern } of patternsOf(rules)) {
      if (!names.some(wildcard(pattern)))
        remarks.push({
          severity: 'error',
          path,
          message: 'names no tool that is on offer',
          given: pattern,
          allowed: names,
        });
    }
    source.rules.forEach((rule, index) => remarks.push(...argumentRemarks(rule, ['rules', index], tools)));
    for (const [name, said] of Object.entries(source.tools)) {
      const tool = tools.find((one) => one.name === name);
      if (tool === undefined) continue;
      for (const argument of Object.keys(said.args ?? {}))
        remarks.push(...unknownArgument(argument, [tool], ['tools', name, 'args', argument]));
    }
    source.scope.forEach((scope, index) => {
      const matched = tools.filter(({ name }) => wildcard(scope.tool)(name));
      for (const kind of ['bind', 'require'] as const)
        for (const argument of Object.keys(scope[kind] ?? {}))
          remarks.push(...unknownArgument(argument, matched, ['scope', index, kind, argument]));
    });
  }
  remarks.push(...unreachable(source.rules, tools), ...contradictions(source.rules, tools));
  remarks.push(...loosened(rules, tools));
  return remarks;
}

function patternsOf({ source }: FlowRules): readonly { path: readonly (string | number)[]; pattern: string }[] {
  const sections = ['firstParty', 'licences', 'approvals', 'scope', 'rules'] as const;
  return [
    ...Object.keys(source.tools).map((name) => ({ path: ['tools', name], pattern: name })),
    ...sections.flatMap((section) =>
      source[section].map(({ tool }, index) => ({ path: [section, index, 'tool'], pattern: tool })),
    ),
    ...source.rules.flatMap((rule, index) =>
      (['if', 'must'] as const).flatMap((part) => [
        ...[rule[part]?.after ?? []].flat().map((pattern) => ({ path: ['rules', index, part, 'after'], pattern })),
        ...[rule[part]?.count?.tool ?? []]
          .flat()
          .map((pattern) => ({ path: ['rules', index, part, 'count', 'tool'], pattern })),
      ]),
    ),
  ];
}

function argumentRemarks(
  rule: RuleSource,
  path: readonly (string | number)[],
  tools: readonly FlowTool[],
): readonly LintRemark[] {
  const matched = tools.filter(({ name }) => wildcard(rule.tool)(name));
  const remarks: LintRemark[] = [];
  for (const part of ['if', 'must'] as const) {
    for (const [name, condition] of Object.entries(rule[part]?.args ?? {})) {
      const at = [...path, part, 'args', name];
      remarks.push(...unknownArgument(name, matched, at));
      const stops = part === 'if' && rule.effect !== undefined && rule.effect !== 'allow';
      if (stops && condition.present !== false && matched.some((tool) => !isRequired(tool.schema, name)))
        remarks.push({
          severity: 'warning',
          path: at,
          message: 'may be left out, and a call without it escapes the rule; say under `must` what has to hold',
        });
    }
  }
  return remarks;
}

function unknownArgument(
  name: string,
  tools: readonly FlowTool[],
  path: readonly (string | number)[],
): readonly LintRemark[] {
  const known = tools.map(({ schema }) => argumentNames(schema));
  // A schema without properties says nothing about what there is.
  if (known.length === 0 || known.some((names) => names.length === 0 || names.includes(name))) return [];
  const allowed = [...new Set(known.flat())];
  return [{ severity: 'error', path, message: "is in no tool's schema that the rule is about", given: name, allowed }];
}

/** What a rule is about: the tools on offer that its pattern names, or the pattern itself where none are given. */
function isCovered(inner: string, outer: string, tools: readonly FlowTool[] | null): boolean {
  if (inner === outer || outer === '*') return true;
  if (tools === null) return !inner.includes('*') && wildcard(outer)(inner);
  const matched = tools.filter(({ name }) => wildcard(inner)(name));
  return matched.length > 0 && matched.every(({ name }) => wildcard(outer)(name));
}

function unreachable(rules: readonly RuleSource[], tools: readonly FlowTool[] | null): readonly LintRemark[] {
  return rules.flatMap((rule, index): readonly LintRemark[] => {
    const over = rules.find(
      (other) =>
        other !== rule &&
        other.if === undefined &&
        isCovered(rule.tool, other.tool, tools) &&
        (other.priority > rule.priority
          ? other.effect !== undefined
          : other.priority === rule.priority && other.effect === 'deny' && rule.effect !== 'deny'),
    );
    if (over === undefined) return [];
    const message = `is never what counts: ${over.id} always speaks, ${over.priority > rule.priority ? 'with a higher priority' : 'and it denies'}`;
    return [{ severity: 'error', path: ['rules', index], message }];
  });
}

/** Two demands that no call fulfils together. */
function contradictions(rules: readonly RuleSource[], tools: readonly FlowTool[] | null): readonly LintRemark[] {
  const demands = rules.flatMap((rule, index) =>
    Object.entries(rule.must?.args ?? {}).map(([name, condition]) => ({ rule, index, name, condition })),
  );
  return demands.flatMap(({ rule, index, name, condition }, at): readonly LintRemark[] => {
    const path = ['rules', index, 'must', 'args', name];
    const own = rule.if?.args?.[name];
    if (own !== undefined && disjoint(condition, own))
      return [{ severity: 'error', path, message: 'can never hold where the `if` of the rule holds' }];
    const other = demands
      .slice(0, at)
      .find(
        (one) =>
          one.name === name &&
          one.rule.if === undefined &&
          rule.if === undefined &&
          (isCovered(rule.tool, one.rule.tool, tools) || isCovered(one.rule.tool, rule.tool, tools)) &&
          disjoint(condition, one.condition),
      );
    return other === undefined
      ? []
      : [{ severity: 'error', path, message: `can never hold together with what ${other.rule.id} asks of it` }];
  });
}

function disjoint(a: ArgumentConditionSource, b: ArgumentConditionSource): boolean {
  if ((a.present === false) !== (b.present === false) && !a.optional && !b.optional) return true;
  if (Math.max(a.min ?? -Infinity, b.min ?? -Infinity) > Math.min(a.max ?? Infinity, b.max ?? Infinity)) return true;
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    if (one.enum === undefined) continue;
    if (other.enum !== undefined && !one.enum.some((value) => other.enum!.includes(value))) return true;
    const numbers = one.enum.filter((value) => typeof value === 'number');
    if (
      numbers.length === one.enum.length &&
      !numbers.some((value) => value >= (other.min ?? -Infinity) && value <= (other.max ?? Infinity))
    )
      return true;
  }
  return a.prov !== undefined && b.prov !== undefined && !a.prov.some((tier) => b.prov!.includes(tier));
}

const CAREFUL = ['secret', 'recipient', 'url', 'code', 'id', 'amount', 'date', 'name'];

function loosened(rules: FlowRules, tools: readonly FlowTool[] | null): readonly LintRemark[] {
  const { source } = rules;
  const remarks: LintRemark[] = [];
  const add = (path: readonly (string | number)[], message: string): void =>
    void remarks.push({ severity: 'loosened', path, message });
  if (source.profile === 'default') add(['profile'], 'fields of records that the user points to name people outside');
  if (source.budgets.sideEffects > DEFAULT_BUDGETS.sideEffects)
    add(
      ['budgets', 'sideEffects'],
      `${source.budgets.sideEffects} changes in a turn and not ${DEFAULT_BUDGETS.sideEffects}`,
    );
  if (source.budgets.recipients > DEFAULT_BUDGETS.recipients)
    add(
      ['budgets', 'recipients'],
      `${source.budgets.recipients} recipients that nobody named and not ${DEFAULT_BUDGETS.recipients}`,
    );
  source.firstParty.forEach(({ tool, fields }, index) =>
    add(
      ['firstParty', index],
      `${fields === undefined ? 'all values' : fields.join(', ')} of ${tool} count as the user's own`,
    ),
  );
  source.licences.forEach(({ tool }, index) => add(['licences', index], `more words ask for ${tool}`));
  source.scope.forEach(({ rows }, index) => {
    if (rows?.unreadable === 'pass')
      add(['scope', index, 'rows', 'unreadable'], 'results that cannot be read are passed on');
  });
  for (const [name, said] of Object.entries(source.tools)) {
    const tool = tools?.find((one) => one.name === name);
    const built = profileTool(tool ?? { name, description: '', schema: {} });
    if (said.act === 'read' && built.act !== 'read')
      add(['tools', name, 'act'], `${name} is taken for one that only looks`);
    else if (said.act !== undefined && said.act !== built.act && tool !== undefined)
      add(['tools', name, 'act'], `${name} is judged as ${said.act} and not as ${built.act}`);
    if (said.returns === 'data' && built.returns === 'text')
      add(['tools', name, 'returns'], `results of ${name} are taken for fields and not for a text`);
    for (const [argument, role] of Object.entries(said.args ?? {})) {
      const before = built.role(argument.split('.'));
      if (tool !== undefined && before !== role && CAREFUL.includes(before))
        add(['tools', name, 'args', argument], `is judged as ${role} and not as ${before}`);
    }
  }
  source.rules.forEach((rule, index) => remarks.push(...loosenedBy(rule, index, tools)));
  return remarks;
}

function loosenedBy(rule: RuleSource, index: number, tools: readonly FlowTool[] | null): readonly LintRemark[] {
  if (rule.effect !== 'allow' || rule.overrides === undefined) return [];
  const path = ['rules', index];
  const remarks: LintRemark[] = [
    {
      severity: 'loosened',
      path: [...path, 'overrides'],
      message: `${rule.overrides.join(', ')} do not count for ${rule.tool}`,
    },
  ];
  const constrained = (name: string): boolean => {
    const { prov, schema, pattern, subject, enum: values } = rule.if?.args?.[name] ?? {};
    return [prov, schema, pattern, subject, values].some((one) => one !== undefined);
  };
  for (const tool of tools ?? []) {
    if (!wildcard(rule.tool)(tool.name)) continue;
    for (const name of openRecipients(tool, profileTool(tool)))
      if (!constrained(name))
        remarks.push({
          severity: 'warning',
          path,
          message: `lets ${tool.name} through with any "${name}", which is who it reaches; say in \`if.args\` what it must be`,
        });
  }
  if (rule.overrides.some((name) => name.endsWith('-recipient')) && rule.if?.args === undefined)
    remarks.push({
      severity: 'warning',
      path: [...path, 'overrides'],
      message: 'rules about a value count on, for no argument is named in `if.args`',
    });
  return remarks;
}

function openRecipients({ schema }: FlowTool, profile: ToolProfile): readonly string[] {
  return argumentNames(schema).filter(
    (name) => profile.act !== 'read' && profile.role(name.split('.')) === 'recipient',
  );
}
