import type { z } from 'zod';
import type { JsonPath } from '../conversation/segment.ts';
import { keyPath, valueAt } from './key-path.ts';
import type { Place, Problem } from './problem.ts';
import type { YamlSource } from './read-yaml.ts';
import { definitionOf, schemaAt } from './schema-node.ts';

/** What the schema found, as problems with places. Values that came from the environment are never quoted. */
export function issueProblems(
  issues: readonly z.core.$ZodIssue[],
  schema: z.ZodType,
  source: YamlSource,
  value: unknown,
): readonly Problem[] {
  return issues.flatMap((issue) => problemsOf(issue, schema, source, value));
}

/** Where a key stands, or the nearest thing above it. */
export function placeOf(source: YamlSource, path: JsonPath): Place {
  for (let length = path.length; length >= 0; length--) {
    const place = source.places.get(keyPath(path.slice(0, length)));
    if (place !== undefined) return place;
  }
  return { line: 1, column: 1 };
}

function problemsOf(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  source: YamlSource,
  value: unknown,
): readonly Problem[] {
  const path = issue.path as JsonPath;
  const place = placeOf(source, path);
  const given = valueAt(value, path);
  const quoted = source.references.has(keyPath(path)) || typeof given !== 'string' ? {} : { given };

  if (given === undefined && issue.code !== 'unrecognized_keys' && issue.code !== 'custom') {
    const allowed = allowedBy(issue);
    return [{ path, place, message: 'is missing', ...(allowed === null ? {} : { allowed }) }];
  }
  switch (issue.code) {
    case 'unrecognized_keys': {
      const parent = schemaAt(schema, path, value);
      const allowed = parent === null ? undefined : Object.keys(definitionOf(parent).shape ?? {});
      return issue.keys.map((key) => ({
        path: [...path, key],
        place: source.keys.get(keyPath([...path, key])) ?? place,
        message: 'unknown key',
        given: key,
        ...(allowed === undefined || allowed.length === 0 ? {} : { allowed }),
      }));
    }
    case 'invalid_value':
      return [
        { path, place, message: 'is not one of the allowed values', allowed: issue.values.map(String), ...quoted },
      ];
    case 'invalid_union': {
      const allowed = allowedBy(issue);
      if (allowed !== null) return [{ path, place, message: 'is not one of the allowed values', allowed, ...quoted }];
      // The variant that the value comes closest to is the one whose objections lie below it.
      const deeper = issue.errors.find((errors) => errors.some((error) => error.path.length > 0));
      if (deeper !== undefined) {
        return deeper.flatMap((error) =>
          problemsOf({ ...error, path: [...path, ...error.path] } as z.core.$ZodIssue, schema, source, value),
        );
      }
      const forms = issue.errors.map((errors) => errors.map(expectation).join(', ')).join('; or ');
      return [{ path, place, message: forms === '' ? 'is not right' : forms }];
    }
    default:
      return [{ path, place, message: expectation(issue) }];
  }
}

function allowedBy(issue: z.core.$ZodIssue): readonly string[] | null {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  if (issue.code !== 'invalid_union') return null;
  const options = (issue as { readonly options?: readonly unknown[] }).options;
  return options === undefined || options.length === 0 ? null : options.map(String);
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  object: 'a map of keys',
  record: 'a map of keys',
  array: 'a list',
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      // The schema says it better where a string has a form of its own.
      if (!issue.message.startsWith('Invalid input')) return `must be ${issue.message}`;
      return `must be ${TYPE_NAMES[issue.expected] ?? issue.expected}`;
    case 'too_small': {
      const floor = `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
      if (issue.origin === 'array') return `must have ${floor} ${Number(issue.minimum) === 1 ? 'entry' : 'entries'}`;
      return issue.origin === 'string' ? `must have ${floor} characters` : `must be ${floor}`;
    }
    case 'too_big': {
      const ceiling = `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
      return issue.origin === 'string' ? `must have ${ceiling} characters` : `must be ${ceiling}`;
    }
    case 'invalid_format':
      if (issue.format === 'url') return 'must be a URL such as https://example.com';
      return issue.message.startsWith('Invalid') ? `must be a valid ${issue.format}` : `must be ${issue.message}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'custom':
      return issue.message;
    default:
      return issue.message.replace(/^Invalid input: /, '').toLowerCase();
  }
}
