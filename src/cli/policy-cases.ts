import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { ACTIONS, RESOURCE_TYPES } from '../access/access.ts';
import type { AccessRequest, ResourceType } from '../access/access.ts';
import { keyPath } from '../config/key-path.ts';
import type { JsonPath } from '../conversation/segment.ts';
import { Fault } from '../core/fault.ts';
import { PRINCIPAL_KINDS } from '../core/principal.ts';
import type { Principal } from '../core/principal.ts';

/** One expectation about a policy. */
export interface PolicyCase {
  readonly name: string;
  readonly request: AccessRequest;
  readonly expect: 'allow' | 'deny';
  /** Ids of the policies that must decide; null when that does not matter. */
  readonly by: readonly string[] | null;
  readonly line: number;
}

export interface PolicyCases {
  /** Policy file that the cases are about, relative to theirs; null: the configuration's. */
  readonly policy: string | null;
  readonly cases: readonly PolicyCase[];
}

/** What a request looks like where a case or a question does not say. */
export const USUAL_CONTEXT = { surface: 'openai-chat', stream: false, address: '127.0.0.1' } as const;

const RESOURCE = /^(Model|Tool|Dataset)::(?:"([^"\\]+)"|([^"\\]+))$/;

const name = z.string().min(1).max(256);
const resource = z
  .string()
  .regex(RESOURCE, `a type and a name, for example Model::gpt-4o; types: ${RESOURCE_TYPES.join(', ')}`)
  .transform(parseResource);

const principal = z
  .union(
    [
      name.transform((id) => ({ id })),
      z.strictObject({
        id: name,
        kind: z.enum(PRINCIPAL_KINDS).exactOptional(),
        team: name.exactOptional(),
        keyId: name.exactOptional(),
        claims: z.record(z.string(), z.unknown()).exactOptional(),
      }),
    ],
    `a name, or a map of id, kind (${PRINCIPAL_KINDS.join(', ')}), team, keyId and claims`,
  )
  .transform((given): Principal => ({ kind: 'key', claims: {}, ...given }));

const caseSchema = z.strictObject({
  name: z.string().min(1).optional(),
  principal,
  action: z.enum(ACTIONS),
  resource,
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  expect: z.enum(['allow', 'deny']),
  by: z.array(z.string()).optional(),
});
const fileSchema = z.strictObject({ policy: z.string().optional(), cases: z.array(caseSchema).min(1) });

function parseResource(text: string): { type: ResourceType; id: string } {
  const [, type, quoted, plain] = RESOURCE.exec(text)!;
  return { type: type as ResourceType, id: (quoted ?? plain)! };
}

/**
 * Reads a file of policy cases.
 * @throws Fault `ERR_USAGE` with every problem as `file:line:column: key: what is wrong`.
 */
export function parsePolicyCases(text: string, file: string): PolicyCases {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    throw problemsFault(document.errors.map((error) => `${place(error.pos[0])}: ${error.message}`));
  }
  const offsetOf = (path: readonly PropertyKey[]): number => {
    for (let length = path.length; length >= 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as { range?: readonly number[] } | undefined;
      if (node?.range != null) return node.range[0]!;
    }
    return 0;
  };
  const parsed = fileSchema.safeParse(document.toJS());
  if (!parsed.success) {
    throw problemsFault(
      parsed.error.issues.map(
        (issue) => `${place(offsetOf(issue.path))}: ${keyPath(issue.path as JsonPath)}: ${issue.message}`,
      ),
    );
  }
  return {
    policy: parsed.data.policy ?? null,
    cases: parsed.data.cases.map((one, index) => ({
      name: one.name ?? `case ${index + 1}`,
      request: {
        principal: one.principal,
        action: one.action,
        resource: one.resource,
        context: { ...USUAL_CONTEXT, ...one.context },
      },
      expect: one.expect,
      by: one.by ?? null,
      line: lines.linePos(offsetOf(['cases', index])).line,
    })),
  };
}

function problemsFault(problems: readonly string[]): Fault {
  return new Fault(
    'ERR_USAGE',
    problems.length === 1 ? problems[0]! : `${problems.length} problems:\n${problems.join('\n')}`,
  );
}
