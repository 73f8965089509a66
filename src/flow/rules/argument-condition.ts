import { RE2JS } from 're2js';
import { compileSchema, type CompiledSchema } from '../../text/json/compile-schema.ts';
import { claimValues } from '../claim.ts';
import { type Answer, every, some } from './answer.ts';
import { type FoundValue, isAbsent, plainValues, valuesAt } from './argument-values.ts';
import type { CallFacts } from './call-facts.ts';
import type { ArgumentConditionSource } from './rule-file.ts';

/** How many entries of a list have to fulfil a condition: a rule that stops a call asks for any, one that lets it through for every one. */
export type Quantifier = 'any' | 'every';

export interface Evaluation {
  readonly answer: Answer;
  /** What would have to be different, in words; '' when it holds. */
  readonly needs: string;
}

export type ArgumentCondition = (facts: CallFacts, quantifier: Quantifier) => Evaluation;

/** What is wrong with a condition, and with which of its keys. */
export interface ConditionProblem {
  readonly key: string;
  readonly problem: string;
}

export function compileArgument(
  name: string,
  source: ArgumentConditionSource,
): ArgumentCondition | readonly ConditionProblem[] {
  const problems: ConditionProblem[] = [];
  let pattern: RE2JS | null = null;
  let schema: CompiledSchema | null = null;
  try {
    if (source.pattern !== undefined) pattern = RE2JS.compile(source.pattern);
  } catch (error) {
    const said = (error as Error).message.replace(/^error parsing regexp: /, '');
    problems.push({ key: 'pattern', problem: `is no RE2 expression: ${said}` });
  }
  try {
    if (source.schema !== undefined) schema = compileSchema(source.schema);
  } catch (error) {
    problems.push({ key: 'schema', problem: `cannot be checked: ${(error as Error).message}` });
  }
  if (source.min !== undefined && source.max !== undefined && source.min > source.max)
    problems.push({ key: 'max', problem: `is less than min (${source.min}), so that no number fits` });
  if (source.present === false && (source.optional || Object.keys(source).length > 2))
    problems.push({ key: 'present', problem: 'is false, and something else is asked of the same argument' });
  if (problems.length > 0) return problems;

  const checks = checksOf(name, source, pattern);
  return (facts, quantifier) => {
    const found = valuesAt(facts.call.args, name);
    const missing = found.length === 0 || found.some(isAbsent);
    if (source.present === false) {
      const given = found.some((one) => !isAbsent(one));
      return given ? { answer: 'no', needs: `"${name}" is not given` } : { answer: 'yes', needs: '' };
    }
    const given = found.filter((one) => !isAbsent(one));
    if (missing && !source.optional && (quantifier === 'every' || given.length === 0))
      return { answer: 'no', needs: `"${name}" is given` };
    if (given.length === 0) return { answer: 'yes', needs: '' };

    const evaluations: Evaluation[] = given.map((one) => fits(one, name, schema));
    for (const one of given) {
      for (const { name: path, value } of plainValues(one)) {
        const entry = checks.map((check) => check(path, value, facts));
        const failed = entry.find(({ answer }) => answer !== 'yes');
        evaluations.push({ answer: every(entry.map(({ answer }) => answer)), needs: failed?.needs ?? '' });
      }
    }
    const schemaAnswers = evaluations.slice(0, given.length);
    const entries = evaluations.slice(given.length);
    const combine = quantifier === 'every' ? every : some;
    const answers = [schemaAnswers, entries].filter((list) => list.length > 0);
    const answer = every(answers.map((list) => combine(list.map((one) => one.answer))));
    return { answer, needs: answer === 'yes' ? '' : (evaluations.find((one) => one.answer !== 'yes')?.needs ?? '') };
  };
}

type Check = (path: string, value: string | number | boolean | undefined, facts: CallFacts) => Evaluation;

function checksOf(name: string, source: ArgumentConditionSource, pattern: RE2JS | null): readonly Check[] {
  const { min, max, prov, subject } = source;
  const checks: Check[] = [];
  const yes: Evaluation = { answer: 'yes', needs: '' };
  const told = (holds: boolean, needs: string): Evaluation => (holds ? yes : { answer: 'no', needs });
  if (min !== undefined || max !== undefined) {
    const needs =
      `"${name}" is a number` +
      (min === undefined ? '' : ` of at least ${min}`) +
      (max === undefined ? '' : `${min === undefined ? ' of' : ' and'} at most ${max}`);
    checks.push((_, value) => {
      const number = numberOf(value);
      if (number === null) return { answer: 'unclear', needs };
      return told(number >= (min ?? -Infinity) && number <= (max ?? Infinity), needs);
    });
  }
  if (source.enum !== undefined) {
    const allowed = new Set<unknown>(source.enum);
    const needs = `"${name}" is one of ${source.enum.join(', ')}`;
    checks.push((_, value) => told(allowed.has(value), needs));
  }
  if (pattern !== null) {
    const needs = `the whole of "${name}" matches ${source.pattern}`;
    checks.push((_, value) =>
      value === undefined ? { answer: 'unclear', needs } : told(pattern.matcher(String(value)).matches(), needs),
    );
  }
  if (subject !== undefined) {
    const needs = `"${name}" is the claim "${subject}" of whom the call is for`;
    checks.push((_, value, { principal }) => {
      const values = claimValues(principal, subject);
      return values.length === 0 ? { answer: 'unclear', needs } : told(values.includes(String(value)), needs);
    });
  }
  if (prov !== undefined) {
    const needs = `"${name}" comes from ${prov.join(' or ')}`;
    checks.push((path, _, { decision }) => {
      const tier = decision.args[path]?.tier;
      return tier === undefined ? { answer: 'unclear', needs } : told(prov.includes(tier), needs);
    });
  }
  return checks;
}

function fits({ value }: FoundValue, name: string, schema: CompiledSchema | null): Evaluation {
  if (schema === null) return { answer: 'yes', needs: '' };
  try {
    const mismatch = schema.check(value);
    if (mismatch === null) return { answer: 'yes', needs: '' };
    return { answer: 'no', needs: `"${name}" fits its schema (${mismatch.pointer || '/'}: ${mismatch.keyword})` };
  } catch {
    return { answer: 'unclear', needs: `"${name}" can be held against its schema` };
  }
}

function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' && /^\s*[-+]?\d{1,30}(?:\.\d{1,30})?\s*$/.test(value) ? Number(value) : null;
}
