/** A version of a Python package (PEP 440), as what is compared. */
export interface Pep440Version {
  readonly epoch: number;
  /** Without zeros at the end: `1.0` is `1`. */
  readonly release: readonly number[];
  /** -1, 0, 1 for a, b, rc, and its number; null where it is none. */
  readonly pre: readonly [number, number] | null;
  readonly post: number | null;
  readonly dev: number | null;
  readonly local: readonly (number | string)[];
}

const LONGEST = 200;
/** Appendix B of PEP 440, part by part; every part is anchored, and none can match in two ways. */
const RELEASE = /^v?(?:(\d{1,15})!)?(\d{1,15}(?:\.\d{1,15}){0,30})/;
const PRE = /^[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d{1,15})?/;
const POST = /^(?:-(\d{1,15})|[-_.]?(?:post|rev|r)[-_.]?(\d{1,15})?)/;
const DEV = /^[-_.]?dev[-_.]?(\d{1,15})?/;
const LOCAL = /^\+([a-z0-9]{1,50}(?:[-_.][a-z0-9]{1,50}){0,10})$/;

/** null for what is no version under PEP 440. */
export function parsePep440(text: string): Pep440Version | null {
  if (text.length > LONGEST) return null;
  let rest = text.trim().toLowerCase();
  const take = (pattern: RegExp): RegExpExecArray | null => {
    const found = pattern.exec(rest);
    if (found !== null) rest = rest.slice(found[0].length);
    return found;
  };
  const head = take(RELEASE);
  if (head === null) return null;
  const release = head[2]!.split('.').map(Number);
  while (release.length > 1 && release.at(-1) === 0) release.pop();
  const pre = take(PRE);
  const post = take(POST);
  const dev = take(DEV);
  const local = take(LOCAL);
  if (rest !== '') return null;
  return {
    epoch: Number(head[1] ?? '0'),
    release,
    pre: pre === null ? null : [{ a: 0, b: 1 }[pre[1]![0]!] ?? 2, Number(pre[2] ?? '0')],
    post: post === null ? null : Number(post[1] ?? post[2] ?? '0'),
    dev: dev === null ? null : Number(dev[1] ?? '0'),
    local: local === null ? [] : local[1]!.split(/[-_.]/).map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
  };
}

/** Below 0 where `a` comes first, as the `packaging` library orders them: dev, pre, release, post; local versions after the same without. */
export function comparePep440(a: Pep440Version, b: Pep440Version): number {
  if (a.epoch !== b.epoch) return a.epoch - b.epoch;
  for (let i = 0; i < Math.max(a.release.length, b.release.length); i++) {
    const step = (a.release[i] ?? 0) - (b.release[i] ?? 0);
    if (step !== 0) return step;
  }
  const [kindA, numberA] = preKey(a);
  const [kindB, numberB] = preKey(b);
  return (
    order(kindA, kindB) ||
    numberA - numberB ||
    order(a.post ?? -1, b.post ?? -1) ||
    order(a.dev ?? Infinity, b.dev ?? Infinity) ||
    compareLocal(a.local, b.local)
  );
}

/** Where a version stands among the pre-releases of its release: a bare `.dev` before all, a final or post release after all. */
function preKey({ pre, post, dev }: Pep440Version): readonly [number, number] {
  if (pre !== null) return pre;
  return post === null && dev !== null ? [-1, 0] : [3, 0];
}

function order(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Numbers after words, more parts after fewer. */
function compareLocal(a: Pep440Version['local'], b: Pep440Version['local']): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [one, other] = [a[i], b[i]];
    if (one === other) continue;
    if (one === undefined) return -1;
    if (other === undefined) return 1;
    if (typeof one !== typeof other) return typeof one === 'number' ? 1 : -1;
    return one < other ? -1 : 1;
  }
  return 0;
}
