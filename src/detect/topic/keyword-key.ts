import { lexiconKey, STEM } from '../../classify/lexicon.ts';

/**
 * The key of a keyword. A beginning of a word (`reservation*`) may be longer than the lexicon keeps; its first letters stand for it.
 * @throws RangeError that quotes a keyword that is not possible.
 */
export function keywordKey(keyword: string): number {
  const stem = /^([\p{L}\p{N}]+)\*$/u.exec(keyword)?.[1];
  return lexiconKey(stem === undefined ? keyword : `${[...stem].slice(0, STEM.max).join('')}*`);
}
