#!/usr/bin/env node
import { processIo } from './cli/process-io.ts';
import { run } from './cli/run.ts';

const io = processIo();
process.exitCode = await run(process.argv.slice(2), io);
