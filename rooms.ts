/**
 * The house: which room may import which, and which may touch the outside world. Lint and
 * `test/architecture.test.ts` both read this table, so what is written here is what holds.
 *
 * Rooms stand on storeys; an arrow goes down, or sideways only where it is named. A room may always
 * import from itself, but sibling plug-ins (`detect/a`, `detect/b`) never from each other.
 */
export type Capability =
  | 'fs' // node:fs
  | 'net' // node:http, node:https, node:net, node:tls, undici, database and OIDC clients, fetch
  | 'env' // process.env
  | 'clock' // Date.now, performance.now, Math.random, timers
  | 'worker'; // node:worker_threads

export interface Room {
  /** 0 ground, 1 what things are, 2 what we know how to do, 3 who comes to the door. */
  readonly storey: 0 | 1 | 2 | 3;
  readonly imports: readonly string[];
  readonly may: readonly Capability[];
  /** Folders of plug-ins: their siblings never import each other. */
  readonly plugins?: true;
}

export const ROOMS = {
  core: { storey: 0, imports: [], may: ['clock'] },
  bytes: { storey: 0, imports: ['core'], may: [] },
  text: { storey: 0, imports: ['core'], may: [] },
  math: { storey: 0, imports: ['core'], may: [] },

  /** Bytes to structure, each format in a folder of its own. */
  formats: { storey: 1, imports: ['core', 'bytes', 'text'], may: [], plugins: true },
  /** Small statistical models of texts: features, scoring, and the files that training writes. */
  classify: { storey: 1, imports: ['core', 'bytes', 'text', 'math'], may: ['fs'] },
  /** The only room that loads ONNX Runtime. */
  engine: { storey: 1, imports: ['core', 'bytes', 'text', 'math', 'formats'], may: ['fs', 'clock', 'worker'] },
  /** Asks a model behind an OpenAI-compatible endpoint about a text: the one way on which a text under inspection leaves the house. */
  judges: { storey: 1, imports: ['core', 'text'], may: ['net', 'clock'] },
  conversation: { storey: 1, imports: ['core', 'bytes', 'text'], may: [] },
  store: { storey: 1, imports: ['core'], may: ['fs', 'net', 'clock', 'worker'] },
  ledger: { storey: 1, imports: ['core', 'bytes'], may: ['fs', 'clock'] },

  detect: { storey: 2, imports: ['core', 'text', 'math', 'classify'], may: [], plugins: true },
  /** Models and judges that detectors use, opened once and shared. */
  resources: { storey: 2, imports: ['core', 'access', 'detect', 'engine', 'judges'], may: ['fs', 'clock'] },
  /** Rules over files, configurations, infrastructure and data sets. Files are looked at on threads that can be ended: hence `worker`. */
  scan: {
    storey: 2,
    imports: ['core', 'bytes', 'text', 'math', 'formats', 'detect'],
    may: ['fs', 'net', 'clock', 'worker'],
  },
  /** Attestations: what is proven about a model or data set, signed. */
  passport: { storey: 2, imports: ['core', 'bytes', 'text', 'access'], may: ['fs', 'clock'] },
  flow: { storey: 2, imports: ['core', 'text', 'math', 'conversation'], may: [] },
  access: { storey: 2, imports: ['core', 'store'], may: ['fs', 'net', 'clock'] },
  /**
   * Attacks on models, defences, detectors, certificates. `net`: targets behind HTTP. Attacks, defences and detectors are plug-ins: one folder each under
   * `evasion`, `defence`, `detector`.
   */
  lab: {
    storey: 2,
    imports: ['core', 'bytes', 'text', 'math', 'formats', 'engine'],
    may: ['fs', 'net', 'clock', 'worker'],
  },

  /**
   * Data sets: rows of any format, seals, differences, checks. It writes what it sorts into a temporary folder: hence `fs`; it works on threads, whose
   * memory has a bound that does not depend on how much data there is: hence `worker`.
   */
  dataset: {
    storey: 2,
    imports: ['core', 'bytes', 'text', 'math', 'formats', 'ledger', 'detect', 'scan', 'passport', 'lab'],
    may: ['fs', 'clock', 'worker'],
  },

  config: { storey: 3, imports: ['core', 'text', 'conversation', 'detect', 'flow', 'access'], may: ['fs', 'clock'] },
  /** Files in messages are read on threads that can be ended: hence `worker`. */
  guard: { storey: 3, imports: ['core', 'text', 'formats', 'conversation', 'detect'], may: ['clock', 'worker'] },
  monitor: { storey: 3, imports: ['core', 'math', 'store'], may: ['clock'] },
  /** The queue in which people are asked for consent, and the webhook that tells them: for whoever lets calls and requests pass. */
  approvals: {
    storey: 3,
    imports: ['core', 'text', 'store', 'ledger', 'flow', 'config'],
    may: ['net', 'clock'],
  },
  gateway: {
    storey: 3,
    imports: [
      'core',
      'bytes',
      'text',
      'formats',
      'conversation',
      'store',
      'ledger',
      'detect',
      'resources',
      'flow',
      'approvals',
      'access',
      'config',
      'guard',
      'monitor',
    ],
    may: ['fs', 'net', 'clock'],
  },
  /** Findings and measurements to files that others read: SARIF, JUnit, JSON, one HTML page. */
  report: { storey: 3, imports: ['core', 'math', 'formats', 'scan', 'lab'], may: [] },
  /** The door for programs that import Parapet: no server, no state of its own. */
  library: {
    storey: 3,
    imports: [
      'core',
      'text',
      'math',
      'formats',
      'conversation',
      'engine',
      'detect',
      'flow',
      'resources',
      'lab',
      'config',
      'guard',
      'report',
    ],
    may: [],
  },
  /**
   * The proxy in front of MCP servers. `net`: it listens, and calls servers that are reached over HTTP. `fs`: its pins, and
   * its records where no ledger is configured. Starting a server that speaks over stdio is the matter of one file, see ONE_FILE_MODULES.
   */
  mcp: {
    storey: 3,
    imports: ['core', 'text', 'detect', 'flow', 'access', 'ledger', 'config', 'approvals', 'store'],
    may: ['fs', 'net', 'clock'],
  },
  demo: { storey: 3, imports: ['core', 'conversation'], may: ['fs', 'net', 'clock'] },
  cli: {
    storey: 3,
    imports: [
      'core',
      'bytes',
      'text',
      'math',
      'formats',
      'conversation',
      'engine',
      'store',
      'ledger',
      'detect',
      'resources',
      'access',
      'scan',
      'passport',
      'lab',
      'dataset',
      'config',
      'guard',
      'monitor',
      'gateway',
      'report',
      'flow',
      'approvals',
      'mcp',
      'demo',
    ],
    may: ['fs', 'net', 'env', 'clock'],
  },
} as const satisfies Record<string, Room>;

export type RoomName = keyof typeof ROOMS;

/** Modules whose import is a capability. `import type` is none: it is gone at run time. */
export const CAPABILITY_MODULES: Readonly<Record<string, Capability>> = {
  'node:fs': 'fs',
  'node:fs/promises': 'fs',
  'node:sqlite': 'fs',
  'node:http': 'net',
  'node:http2': 'net',
  'node:https': 'net',
  'node:net': 'net',
  'node:tls': 'net',
  'node:dgram': 'net',
  'node:dns': 'net',
  'node:dns/promises': 'net',
  undici: 'net',
  pg: 'net',
  ioredis: 'net',
  'openid-client': 'net',
  '@hono/node-server': 'net',
  'node:timers': 'clock',
  'node:timers/promises': 'clock',
  'node:worker_threads': 'worker',
};

/** Globals whose use is a capability. */
export const CAPABILITY_GLOBALS: readonly { readonly pattern: RegExp; readonly capability: Capability }[] = [
  { pattern: /\bprocess\.env\b/, capability: 'env' },
  { pattern: /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b|\bprocess\.hrtime\b/, capability: 'clock' },
  { pattern: /\bMath\.random\b/, capability: 'clock' },
  { pattern: /(?<![.\w])(setTimeout|setInterval|setImmediate)\(/, capability: 'clock' },
  { pattern: /(?<![.\w])fetch\(|\bnew (WebSocket|EventSource)\(/, capability: 'net' },
];

/** What no room may import or call, with the reason. */
export const NOWHERE = {
  'node:vm': 'no evaluation of text',
  'node:repl': 'no evaluation of text',
  'node:inspector': 'no door for a debugger',
  eval: 'no evaluation of text',
} as const;

/** Modules of Node's that exactly one file may import, with the reason; everywhere else they are as forbidden as `NOWHERE`'s. */
export const ONE_FILE_MODULES: Readonly<Record<string, { readonly file: string; readonly reason: string }>> = {
  'node:child_process': {
    file: 'src/mcp/start-server.ts',
    reason:
      'a security product starts no programs, but for the MCP server that the operator names: argument by argument, without a shell, with an allow-listed environment',
  },
};

/** Packages that exactly one file may import, so that a reader can see where they matter. */
export const ONE_FILE_PACKAGES: Readonly<Record<string, string>> = {
  '@cedar-policy/cedar-wasm': 'src/access/cedar-engine.ts',
  'gpt-tokenizer': 'src/text/count-tokens.ts',
  'onnxruntime-node': 'src/engine/onnx-runtime.ts',
  'onnxruntime-web': 'src/engine/onnx-runtime.ts',
  '@huggingface/tokenizers': 'src/engine/tokenizer.ts',
  '@sigstore/bundle': 'src/passport/verify-signature.ts',
  '@sigstore/protobuf-specs': 'src/passport/verify-signature.ts',
  '@sigstore/verify': 'src/passport/verify-signature.ts',
  htmlparser2: 'src/formats/markup.ts',
  hyparquet: 'src/dataset/read/read-parquet.ts',
  unpdf: 'src/formats/pdf/pdfjs.ts',
};
