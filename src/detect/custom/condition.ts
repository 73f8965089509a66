import { Environment } from '@marcbachmann/cel-js';
import { CEL_LIMITS, CEL_MOST_UNITS, refusedInCel } from '../../text/cel-bounds.ts';
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

const ABOUT_EXCHANGE = new Environment({ limits: CEL_LIMITS })
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
  if (source.length > CEL_MOST_UNITS)
    return { problem: `has more than ${CEL_MOST_UNITS} characters`, column: CEL_MOST_UNITS + 1 };
  const environment = about === 'text' ? ABOUT_TEXT : ABOUT_EXCHANGE;
  const checked = environment.check(source);
  if (!checked.valid) {
    const error = checked.error as Error & { readonly node?: { readonly pos?: number } };
    return { problem: error.message.split('\n')[0]!, column: (error.node?.pos ?? 0) + 1 };
  }
  if (String(checked.type) !== 'bool') return { problem: `is of type ${String(checked.type)}, not bool`, column: 1 };
  const program = environment.parse(source);
  const refused = refusedInCel(program.ast);
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
