#!/usr/bin/env node
import { existsSync } from 'node:fs';

// A checkout runs its sources; an installed package has what was compiled from them, because Node does not strip types
// below `node_modules`.
const compiled = '../dist/main.js';
const source = '../src/main.ts';
await import(existsSync(new URL(source, import.meta.url)) ? source : compiled);
