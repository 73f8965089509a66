import type { OnnxAttribute, OnnxNode } from '../../formats/onnx/onnx-model.ts';

/** How code writes an attribute: a number is an ONNX int, a list of numbers is ints, a text is a string; `float` makes the others. */
export type AttributeValue = number | readonly number[] | string | OnnxAttribute;

export function float(value: number): OnnxAttribute {
  return { kind: 'float', value };
}

export function floats(value: readonly number[]): OnnxAttribute {
  return { kind: 'floats', value };
}

export function toAttributes(values: Readonly<Record<string, AttributeValue>>): ReadonlyMap<string, OnnxAttribute> {
  return new Map(Object.entries(values).map(([name, value]) => [name, toAttribute(value)]));
}

function toAttribute(value: AttributeValue): OnnxAttribute {
  if (typeof value === 'number') return { kind: 'int', value };
  if (typeof value === 'string') return { kind: 'string', value };
  return 'kind' in value ? value : { kind: 'ints', value };
}

/** An integer attribute as a number; `fallback` where the node has none (or has it with another kind). */
export function intOf<Fallback extends number | undefined>(
  node: OnnxNode,
  name: string,
  fallback: Fallback,
): number | Fallback {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'int' ? Number(attribute.value) : fallback;
}

export function floatOf<Fallback extends number | undefined>(
  node: OnnxNode,
  name: string,
  fallback: Fallback,
): number | Fallback {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'float' ? attribute.value : fallback;
}

export function textOf<Fallback extends string | undefined>(
  node: OnnxNode,
  name: string,
  fallback: Fallback,
): string | Fallback {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'string' ? attribute.value : fallback;
}

export function intsOf<Fallback extends readonly number[] | undefined>(
  node: OnnxNode,
  name: string,
  fallback: Fallback,
): readonly number[] | Fallback {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'ints' ? attribute.value.map(Number) : fallback;
}

export function floatsOf<Fallback extends readonly number[] | undefined>(
  node: OnnxNode,
  name: string,
  fallback: Fallback,
): readonly number[] | Fallback {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'floats' ? attribute.value : fallback;
}
