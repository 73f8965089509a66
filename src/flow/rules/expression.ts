import { Environment } from '@marcbachmann/cel-js';
import { CEL_LIMITS, CEL_MOST_UNITS, refusedInCel, type CelProblem } from '../../text/cel-bounds.ts';
import type { Answer } from './answer.ts';
import type { CallFacts } from './call-facts.ts';

export interface Expression {
  /** `unclear`: it could not be evaluated on this call, for example for an argument that is not given. */
  evaluate(facts: CallFacts): Answer;
  /** Arguments that it speaks of, by their first name. */
  readonly args: readonly string[];
}

const ENVIRONMENT = new Environment({ limits: CEL_LIMITS })
  .registerVariable('tool', 'string')
  .registerVariable('args', 'map<string, dyn>')
  .registerVariable('tiers', 'map<string, string>')
  .registerVariable('calls', 'list<string>')
  .registerVariable({ name: 'principal', schema: { id: 'string', team: 'string', claims: 'map<string, dyn>' } });

/** Compiles a CEL expression (https://github.com/google/cel-spec) that answers yes or no about a call, and checks its types. */
export function compileExpression(source: string): Expression | CelProblem {
  if (source.length > CEL_MOST_UNITS)
    return { problem: `has more than ${CEL_MOST_UNITS} characters`, column: CEL_MOST_UNITS + 1 };
  const checked = ENVIRONMENT.check(source);
  if (!checked.valid) {
    const error = checked.error as Error & { readonly node?: { readonly pos?: number } };
    return { problem: error.message.split('\n')[0]!, column: (error.node?.pos ?? 0) + 1 };
  }
  if (String(checked.type) !== 'bool') return { problem: `is of type ${String(checked.type)}, not bool`, column: 1 };
  const program = ENVIRONMENT.parse(source);
  const refused = refusedInCel(program.ast);
  if (refused !== null) {
    const { problem, column } = refused;
    return { problem: problem.replace('put the expression under patterns', 'use `pattern` of an argument'), column };
  }
  return {
    args: spokenOf(program.ast),
    evaluate({ call, decision, state, principal }) {
      try {
        const answer: unknown = program({
          tool: call.tool,
          args: call.args ?? {},
          tiers: new Map(Object.entries(decision.args).map(([path, { tier }]) => [path, tier])),
          calls: [...state.called],
          principal: { id: principal?.id ?? '', team: principal?.team ?? '', claims: principal?.claims ?? {} },
        });
        return answer === true ? 'yes' : answer === false ? 'no' : 'unclear';
      } catch {
        return 'unclear';
      }
    },
  };
}

/** `args.x` and `args["x"]` of an expression. */
function spokenOf(ast: unknown): readonly string[] {
  const names = new Set<string>();
  const pending: unknown[] = [ast];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (Array.isArray(node)) pending.push(...(node as unknown[]));
    if (typeof node !== 'object' || node === null || Array.isArray(node)) continue;
    const { op, args } = node as { readonly op?: unknown; readonly args?: unknown };
    if ((op === '.' || op === '[]') && Array.isArray(args)) {
      const [on, member] = args as [{ op?: unknown; args?: unknown } | undefined, unknown];
      const name = op === '.' ? member : (member as { op?: unknown; args?: unknown } | undefined)?.args;
      if (on?.op === 'id' && on.args === 'args' && typeof name === 'string') names.add(name);
    }
    pending.push(args);
  }
  return [...names];
}
