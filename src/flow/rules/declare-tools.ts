import { wildcard } from '../../core/wildcard.ts';
import type { DeclaredTool, FlowTool } from '../history.ts';
import type { FlowRules } from './compile-rules.ts';

/** The tools as the operator's rules declare them, for `FlowCache.view`. The same tools and rules give equal ones. */
export function declareTools(tools: readonly FlowTool[], rules: FlowRules | null): readonly FlowTool[] {
  if (rules === null) return tools;
  const firstParty = rules.source.firstParty.map(({ tool, fields }) => ({ matches: wildcard(tool), fields }));
  const offered = new Set(tools.map(({ name }) => name));
  // What the file says of a tool holds also when it is called without having been offered.
  const unoffered = Object.keys(rules.source.tools)
    .filter((name) => !offered.has(name))
    .map((name): FlowTool => ({ name, description: '', schema: {} }));
  return [...tools, ...unoffered].map((tool) => {
    const said = Object.hasOwn(rules.source.tools, tool.name) ? rules.source.tools[tool.name] : undefined;
    const trusted = firstParty.filter(({ matches }) => matches(tool.name));
    if (said === undefined && trusted.length === 0) return tool;
    const fields = trusted.flatMap((one) => one.fields ?? []);
    const declared: DeclaredTool = {
      ...(said?.act === undefined ? {} : { act: said.act }),
      ...(said?.args === undefined ? {} : { roles: said.args }),
      ...(said?.returns === undefined ? {} : { returns: said.returns }),
      ...(trusted.some((one) => one.fields === undefined) ? { firstParty: true } : {}),
      ...(said?.data === undefined ? {} : { level: said.data }),
      ...(said?.outside === undefined ? {} : { outside: said.outside }),
      ...(fields.length === 0 ? {} : { ownFields: fields }),
    };
    return { ...tool, declared, ...(said?.output === undefined ? {} : { outputSchema: said.output }) };
  });
}
