import { nearestPackage } from '../../python/popular-packages.ts';
import type { Reader } from '../../reader.ts';

const MAX_BYTES = 4 << 20;

/** pip's requirement files: what is installed beside a model runs with it. */
export const requirements: Reader<'requirements'> = {
  id: 'requirements',
  title: 'requirements',
  extensions: [],
  sniff: ({ name, head }) => /(^|[/._-])requirements[\w.-]*\.(txt|in)$/i.test(name) && !head.includes(0),
  read: ({ source }, observer) => {
    if (source.size > MAX_BYTES) return observer.incomplete(`a list of ${source.size} bytes is not read`);
    const lines = Buffer.from(source.read(0, source.size)).toString('utf8').split(/\r?\n/);
    lines.forEach((raw, index) => {
      const text = raw.replace(/(^|\s)#.*$/, '').trim();
      const say = (issue: string, detail: string): void =>
        observer.fact({ kind: 'dependency', offset: 0, line: index + 1, text: text.slice(0, 200), issue, detail });
      if (text === '') return;
      const option = /^(--?[\w-]+)[ =](\S+)/.exec(text);
      if (option !== null) {
        const [, name, value] = option;
        if (/^(--index-url|-i|--extra-index-url|--find-links|-f)$/.test(name!)) {
          if (/^http:/i.test(value!)) say('insecure-index', 'packages come over an unprotected connection');
          else if (name === '--extra-index-url') say('extra-index', 'a name can be taken from either index');
        } else if (name === '--trusted-host') say('insecure-index', 'a host is trusted without a certificate');
        return;
      }
      if (/^(?:-e\s+)?(?:git|hg|svn|bzr)\+/i.test(text) || / @ (?:git|hg|svn|bzr)\+/i.test(text)) {
        if (!/@[0-9a-f]{40}(?:[#?]|$)/i.test(text))
          say('unpinned-source', 'it is built from whatever the repository holds that day');
        return;
      }
      if (/(?:^| @ )http:/i.test(text)) return say('insecure-index', 'a package comes over an unprotected connection');
      const name = /^([A-Za-z0-9](?:[A-Za-z0-9._-]{0,80}[A-Za-z0-9])?)/.exec(text)?.[1];
      if (name === undefined) return;
      // What a marker rules out on this machine is installed on another.
      const version =
        /^[\w.-]{1,100}\s{0,9}(?:\[[\w.,\s-]{0,100}\])?\s{0,9}={2,3}\s{0,9}(\d[\w.!+-]{0,60})\s*(?:$|[;\\]|--hash)/.exec(
          text,
        )?.[1];
      observer.fact({
        kind: 'package',
        offset: 0,
        line: index + 1,
        ecosystem: 'PyPI',
        name,
        version: version ?? null,
        says: `Line ${index + 1} installs ${name}${version === undefined ? '' : ` ${version}`}`,
        by: 'list',
      });
      const meant = nearestPackage(name);
      if (meant !== null) say('typosquat', `the name is one slip away from "${meant}"`);
    });
  },
};
