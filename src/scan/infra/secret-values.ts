import { type Located, type LocatedScalar, memberAt, membersOf } from '../../formats/located/located.ts';
import { isPlaceholder } from '../../detect/secret-leak/plausible.ts';
import { secretsIn } from '../agents/secret-in.ts';

export interface SecretValue {
  readonly key: string;
  readonly node: LocatedScalar;
  /** Found by what it is, and not only by where it stands. */
  readonly known: boolean;
}

const LONGEST = 1 << 16;

/**
 * Values of a Secret of Kubernetes that are written out: `stringData` as they are, `data` in Base64 (kubernetes.io, "Secrets"). A word, a placeholder or a reference to a
 * value kept elsewhere is none: examples have those.
 */
export function secretValues(secret: Located): readonly SecretValue[] {
  return [
    ['data', true],
    ['stringData', false],
  ].flatMap(([field, encoded]) =>
    membersOf(memberAt(secret, field as string)).flatMap(({ name: key, value: node }): SecretValue[] => {
      if (node.kind !== 'scalar' || node.text.length > LONGEST) return [];
      const text = encoded === true ? decoded(node.text) : node.text;
      if (text === null || isPlaceholder(text)) return [];
      if (secretsIn(`${key}=${text}`).length > 0) return [{ key, node, known: true }];
      return NAMED.test(key) && isChosen(text) ? [{ key, node, known: false }] : [];
    }),
  );
}

const NAMED = /pass|pwd|secret|token|api[-_.]?key|credential/i;

function decoded(text: string): string | null {
  const bare = text.replace(/\s/g, '');
  if (bare.length === 0 || bare.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(bare)) return null;
  return Buffer.from(bare, 'base64').toString('utf8').trim();
}

/** What somebody has thought up or drawn, and no word: of eight characters at least, with a digit or a mark among letters. */
function isChosen(text: string): boolean {
  return text.length >= 8 && /[A-Za-z]/.test(text) && /[0-9!#$%^&*+@?]/.test(text) && !/[\s\ufffd]/.test(text);
}
