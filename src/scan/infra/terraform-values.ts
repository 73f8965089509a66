import type { HclAttribute, HclBlock, HclValue } from '../../formats/located/hcl.ts';

/** `resource "type" "name"` blocks of a file. */
export function resourcesOf(
  body: HclBlock,
): readonly { readonly type: string; readonly name: string; readonly block: HclBlock }[] {
  return body.blocks
    .filter(({ type, labels }) => type === 'resource' && labels.length === 2)
    .map((block) => ({ type: block.labels[0]!, name: block.labels[1]!, block }));
}

/** An attribute by its path through nested blocks and objects; undefined where nothing is written. */
export function attributeAt(block: HclBlock, ...path: readonly string[]): HclAttribute | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return undefined;
  const own = block.attributes.find(({ name }) => name === first);
  if (own !== undefined) return rest.length === 0 ? own : inside(own.value, rest);
  for (const inner of block.blocks) {
    if (inner.type !== first) continue;
    const found = attributeAt(inner, ...rest);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inside(value: HclValue, path: readonly string[]): HclAttribute | undefined {
  if (value.kind !== 'object') return undefined;
  const found = value.members.find(({ name }) => name === path[0]);
  return found === undefined || path.length === 1 ? found : inside(found.value, path.slice(1));
}

/** The text of a literal; null for what has to be computed. */
export function literal(attribute: HclAttribute | undefined): string | null {
  const value = attribute?.value;
  return value?.kind === 'string' || value?.kind === 'number' || value?.kind === 'boolean' ? value.text : null;
}
