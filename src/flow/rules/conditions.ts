import { wildcard } from '../../core/wildcard.ts';
import { every } from './answer.ts';
import { type ArgumentCondition, compileArgument, type Evaluation, type Quantifier } from './argument-condition.ts';
import type { CallFacts } from './call-facts.ts';
import { compileExpression } from './expression.ts';
import type { ConditionsSource } from './rule-file.ts';

export interface Conditions {
  evaluate(facts: CallFacts, quantifier: Quantifier): Evaluation;
  /** Arguments that are spoken of, with where. */
  readonly args: readonly { readonly name: string; readonly path: readonly (string | number)[] }[];
}

/** Something that is wrong with a rule file beyond its form. */
export interface RuleProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** @param path of the conditions in the file. @param problems receives what is wrong. */
export function compileConditions(
  source: ConditionsSource,
  path: readonly (string | number)[],
  problems: RuleProblem[],
): Conditions {
  const parts: ((facts: CallFacts, quantifier: Quantifier) => Evaluation)[] = [];
  const args: { name: string; path: readonly (string | number)[] }[] = [];
  for (const [name, one] of Object.entries(source.args ?? {})) {
    const at = [...path, 'args', name];
    args.push({ name, path: at });
    const compiled = compileArgument(name, one);
    if (typeof compiled === 'function') parts.push(compiled satisfies ArgumentCondition);
    else for (const { key, problem } of compiled) problems.push({ path: [...at, key], message: problem });
  }
  if (source.expression !== undefined) {
    const at = [...path, 'expression'];
    const compiled = compileExpression(source.expression);
    if ('problem' in compiled) {
      problems.push({ path: at, message: `${compiled.problem} (column ${compiled.column} of the expression)` });
    } else {
      args.push(...compiled.args.map((name) => ({ name, path: at })));
      parts.push((facts) => {
        const answer = compiled.evaluate(facts);
        return { answer, needs: answer === 'yes' ? '' : `${source.expression}` };
      });
    }
  }
  for (const tool of [source.after ?? []].flat()) {
    const matches = wildcard(tool);
    parts.push(({ state }) =>
      state.sources.some(({ profile }) => profile !== null && matches(profile.name))
        ? { answer: 'yes', needs: '' }
        : { answer: 'no', needs: `${tool} has answered before` },
    );
  }
  if (source.count !== undefined) {
    const { tool, below, within } = source.count;
    const counted = tool === undefined ? null : wildcard(tool);
    parts.push(({ state, call }) => {
      const called = within === 'turn' ? state.called : [...state.calls.values()].map((past) => past.tool);
      const before = called.filter((name) => (counted === null ? name === call.tool : counted(name))).length;
      if (before < below) return { answer: 'yes', needs: '' };
      return { answer: 'no', needs: `there were fewer than ${below} calls of ${tool ?? call.tool} in this ${within}` };
    });
  }
  return {
    args,
    evaluate(facts, quantifier) {
      const evaluations = parts.map((part) => part(facts, quantifier));
      const answer = every(evaluations.map((one) => one.answer));
      return { answer, needs: evaluations.find((one) => one.answer !== 'yes')?.needs ?? '' };
    },
  };
}
