import type { FlowTool } from './history.ts';

/** What is wrong with a list of tools. */
export class UnreadableTool extends Error {}

/**
 * Tools in OpenAI's form (`{type, function: {name, parameters}}`, or flat as in Responses), Anthropic's (`input_schema`) or MCP's
 * (`inputSchema`, `outputSchema`, `annotations`): a list, or an object with `tools` as `tools/list` answers.
 * @throws UnreadableTool with the index.
 */
export function readFlowTools(value: unknown): readonly FlowTool[] {
  const holder = value as { tools?: unknown; result?: { tools?: unknown } } | null;
  const tools = Array.isArray(value) ? (value as unknown[]) : (holder?.tools ?? holder?.result?.tools);
  if (!Array.isArray(tools)) throw new UnreadableTool('There is no list of tools, and no `tools`');
  const names = new Set<string>();
  return tools.map((tool: unknown, index) => {
    const given = ((tool as { function?: unknown } | null)?.function ?? tool) as Readonly<
      Record<string, unknown>
    > | null;
    const name = given?.['name'];
    if (typeof name !== 'string' || name === '') throw new UnreadableTool(`tools[${index}] has no name`);
    if (names.has(name)) throw new UnreadableTool(`tools[${index}]: there are two tools named "${name}"`);
    names.add(name);
    const { description, annotations, outputSchema } = given!;
    return {
      name,
      description: typeof description === 'string' ? description : '',
      schema: given!['parameters'] ?? given!['inputSchema'] ?? given!['input_schema'] ?? {},
      ...(outputSchema === undefined ? {} : { outputSchema }),
      ...(typeof annotations === 'object' && annotations !== null ? { annotations } : {}),
    };
  });
}
