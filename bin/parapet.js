#!/usr/bin/env node
import { existsSync } from 'node:fs';

// A checkout runs its sources; an installed package has what was compiled from them, because Node does not strip types
// below `node_modules`.
const compiled = '../dist/main.js';
const source = '../src/main.ts';
const fromSource = existsSync(new URL(source, import.meta.url));
if (fromSource && !process.features.typescript) {
  console.error(
    `error: Node ${process.versions.node} cannot run Parapet's sources. Use "npx parapet" in the folder of the checkout: "npm ci" put the right Node there.`,
  );
  process.exit(2);
}
await import(fromSource ? source : compiled);
