import { describeChange, shown } from './describe-change.ts';
import { ENTRY_KINDS, type HeldTool, type Pins } from './pins.ts';

/** What a person reads before approving: for each held tool, prompt or resource what was found, and what differs from what was approved. */
export function describePins(pins: Pins, only: readonly string[] = []): readonly string[] {
  const lines: string[] = [`server ${pins.server}: ${pins.launch.shown}`];
  for (const [name, tool] of Object.entries(pins.held)) {
    if (only.length > 0 && !only.includes(name)) continue;
    lines.push('', `tool ${shown(name)}: ${tool.why} (${tool.digest.slice(0, 12)})`);
    lines.push(...differences(Object.hasOwn(pins.tools, name) ? pins.tools[name]?.definition : {}, tool));
  }
  for (const kind of ENTRY_KINDS) {
    const group = pins.entries[kind];
    for (const [key, entry] of Object.entries(group?.held ?? {})) {
      if (only.length > 0 && !only.includes(key)) continue;
      lines.push('', `${kind} ${shown(key)}: ${entry.why} (${entry.digest.slice(0, 12)})`);
      const before = group !== undefined && Object.hasOwn(group.pinned, key) ? group.pinned[key]?.definition : {};
      lines.push(...differences(before, entry));
    }
  }
  if (pins.heldInstructions !== null) {
    lines.push('', `instructions: ${pins.heldInstructions.why}`);
    if (pins.instructions !== null) lines.push(`  - ${shown(pins.instructions.text)}`);
    lines.push(`  + ${shown(pins.heldInstructions.text)}`);
  }
  if (lines.length === 1) lines.push('nothing is held');
  return lines;
}

function differences(before: unknown, held: HeldTool): readonly string[] {
  const lines = held.findings.map(({ rule, path, message }) => `  ! ${rule} at ${shown(path)}: ${message}`);
  for (const change of describeChange(before, held.definition)) {
    lines.push(`  ${shown(change.path)}`);
    if (change.before !== null) lines.push(`  - ${change.before}`);
    if (change.after !== null) lines.push(`  + ${change.after}`);
  }
  return lines;
}
