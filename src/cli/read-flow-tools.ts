import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { Fault } from '../core/fault.ts';
import type { FlowTool } from '../flow/history.ts';
import { UnreadableTool, readFlowTools } from '../flow/read-flow-tools.ts';

/** JSON of a file, plain or gzip. @param what names it in errors: `suite`. @throws Fault `ERR_USAGE`. */
export async function readJsonFile(path: string, name: string, what: string): Promise<unknown> {
  try {
    const bytes = await readFile(path);
    return JSON.parse((bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8')) as unknown;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a directory' : 'it is not JSON';
    throw new Fault('ERR_USAGE', `The ${what} cannot be read: ${why}.`, { where: name, cause });
  }
}

/** Tools of a file: a list, or an object with `tools`, in OpenAI's, Anthropic's or MCP's form. */
export async function readToolsFile(path: string, name: string, what = 'file of tools'): Promise<readonly FlowTool[]> {
  const value = await readJsonFile(path, name, what);
  try {
    return readFlowTools(value);
  } catch (error) {
    if (error instanceof UnreadableTool) throw new Fault('ERR_USAGE', `${error.message}.`, { where: name });
    throw error;
  }
}
