import { Environment } from '@marcbachmann/cel-js';
import type { ExchangeContext, Subject } from '../detector.ts';

/** What expressions may be about. */
export interface Facts {
  readonly subject: Subject;
  readonly context: Pick<ExchangeContext, 'model' | 'principal'> | null;
  /** Only where a whole text is judged: its length, and what was found in it by name. */
  readonly text: { readonly units: number; readonly lines: number; readonly count: ReadonlyMap<string, number> } | null;
}

export type Condition = (facts: Facts) => boolean;

export type Compiled = { readonly condition: Condition } | { readonly problem: string; readonly column: number };

/** An expression is evaluated on every text: what it may cost is bounded when it is read. */
const LIMITS = { maxAstNodes: 200, maxDepth: 24, maxListElements: 50, maxMapEntries: 50, maxCallArguments: 8 };
const MOST_UNITS = 2000;
const LOOPS = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

const ABOUT_EXCHANGE = new Environment({ limits: LIMITS })
  .registerVariable('stage', 'string')
  .registerVariable('role', 'string')
  .registerVariable('origin', 'string')
  .registerVariable('kind', 'string')
  .registerVariable('tool', 'string')
  .registerVariable('model', 'string')
  .registerVariable({ name: 'principal', schema: { id: 'string', team: 'string' } });

const ABOUT_TEXT = ABOUT_EXCHANGE.clone()
  .registerVariable({ name: 'text', schema: { length: 'int', lines: 'int' } })
  .registerVariable('count', 'map<string, int>');

/**
 * Compiles a CEL expression (https://github.com/google/cel-spec) that answers yes or no, and checks its types.
 * @param about `exchange`: who says what kind of text to whom. `text`: also how long it is and what was found in it.
 */
export function compileCondition(source: string, about: 'exchange' | 'text'): Compiled {
  if (source.length > MOST_UNITS) return { problem: `has more than ${MOST_UNITS} characters`, column: MOST_UNITS + 1 };
  const environment = about === 'text' ? ABOUT_TEXT : ABOUT_EXCHANGE;
  const checked = environment.check(source);
  if (!checked.valid) {
    const error = checked.error as Error & { readonly node?: { readonly pos?: number } };
    return { problem: error.message.split('\n')[0]!, column: (error.node?.pos ?? 0) + 1 };
  }
  if (String(checked.type) !== 'bool') return { problem: `is of type ${String(checked.type)}, not bool`, column: 1 };
  const program = environment.parse(source);
  const refused = findRefused(program.ast);
  if (refused !== null) return refused;
  return {
    condition: ({ subject, context, text }) =>
      program({
        stage: subject.stage,
        role: subject.role,
        origin: subject.origin,
        kind: subject.kind,
        tool: subject.tool ?? '',
        model: context?.model ?? '',
        principal: { id: context?.principal?.id ?? '', team: context?.principal?.team ?? '' },
        ...(text === null
          ? {}
          : {
              text: { length: BigInt(text.units), lines: BigInt(text.lines) },
              count: new Map([...text.count].map(([name, number]) => [name, BigInt(number)])),
            }),
      }) === true,
  };
}

/** `matches` would be a regular expression of the backtracking kind; one loop inside another, work without measure. */
function findRefused(ast: unknown): { readonly problem: string; readonly column: number } | null {
  const pending: { node: unknown; loops: number }[] = [{ node: ast, loops: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node } = next;
    let { loops } = next;
    if (Array.isArray(node)) {
      for (const part of node) pending.push({ node: part, loops });
      continue;
    }
    if (typeof node !== 'object' || node === null) continue;
    const { op, args, pos } = node as { readonly op?: unknown; readonly args?: unknown; readonly pos?: number };
    const name = (op === 'rcall' || op === 'call') && Array.isArray(args) ? String(args[0]) : '';
    const column = (pos ?? 0) + 1;
    if (name === 'matches') return { problem: 'may not use matches(); put the expression under patterns', column };
    if (LOOPS.has(name) && ++loops > 1) return { problem: 'may not have one loop inside another', column };
    pending.push({ node: args, loops });
  }
  return null;
}
