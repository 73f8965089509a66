import { describeChange, shown } from './describe-change.ts';
import type { Pins } from './pins.ts';

/** What a person reads before approving: for each held tool what was found, and what differs from what was approved. */
export function describePins(pins: Pins, only: readonly string[] = []): readonly string[] {
  const lines: string[] = [`server ${pins.server}: ${pins.launch.shown}`];
  for (const [name, tool] of Object.entries(pins.held)) {
    if (only.length > 0 && !only.includes(name)) continue;
    lines.push('', `tool ${shown(name)}: ${tool.why} (${tool.digest.slice(0, 12)})`);
    for (const { rule, path, message } of tool.findings) lines.push(`  ! ${rule} at ${shown(path)}: ${message}`);
    const before = Object.hasOwn(pins.tools, name) ? pins.tools[name]?.definition : {};
    for (const change of describeChange(before, tool.definition)) {
      lines.push(`  ${change.path}`);
      if (change.before !== null) lines.push(`  - ${change.before}`);
      if (change.after !== null) lines.push(`  + ${change.after}`);
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
