import { Fault } from '../../core/fault.ts';
import { type RemoteClient, shown } from './http-client.ts';

const MAX_LISTING = 32 << 20;
const MAX_FILES = 20_000;
const MAX_PAGES = 100;

/** `https://host/org/model`, with or without a revision: a repository of a model hub. */
const REPOSITORY = /^\/((?:datasets\/|spaces\/)?[\w.-]{1,100}\/[\w.-]{1,100})(?:\/tree\/([\w./-]{1,100}))?\/?$/;

/** Answers of a hub that does not show a repository, or not now; hubs say 401 of what is not there, too. */
const REFUSES = /^(?:401|403|429|5\d\d)$/;

export interface RemoteFile {
  readonly url: URL;
  /** As results show it: without what may be secret in the address. */
  readonly shown: string;
}

/**
 * The files behind an address: those of a repository of a model hub (Hugging Face's API, which its mirrors speak, too), or the one file that it is.
 * @throws Fault `ERR_UPSTREAM_INVALID` for a listing that is none
 */
export async function listRemoteFiles(client: RemoteClient, address: URL): Promise<readonly RemoteFile[]> {
  const one = [{ url: address, shown: shown(address) }];
  const match = REPOSITORY.exec(address.pathname);
  if (match === null) return one;
  const [, repository, revision = 'main'] = match;
  const kind = /^(?:datasets|spaces)\//.test(repository!) ? '' : 'models/';
  let next: URL | null = new URL(
    `/api/${kind}${repository}/tree/${encodeURIComponent(revision)}?recursive=true`,
    address,
  );
  const files: RemoteFile[] = [];
  for (let page = 0; next !== null; page++) {
    const here: URL = next;
    const answer = await client.get(here, { accept: 'application/json' });
    if (answer.status !== 200 || !/\bjson\b/.test(String(answer.headers['content-type']))) {
      answer.close();
      // No hub: then it is a file whose path has two parts. A hub that refuses or fails to answer is none of that.
      if (page === 0 && !REFUSES.test(String(answer.status))) return one;
      if (page === 0)
        throw new Fault('ERR_UPSTREAM_INVALID', `The list of files is refused with status ${answer.status}.`, {
          where: shown(here),
          hint: 'Download the repository and scan the folder, or name one file of it (…/resolve/main/FILE).',
        });
      throw new Fault('ERR_UPSTREAM_INVALID', 'The list of files breaks off.', { where: shown(here) });
    }
    for (const path of pathsIn(await answer.body(MAX_LISTING))) {
      if (files.length >= MAX_FILES) {
        throw new Fault('ERR_UPSTREAM_INVALID', `The repository has more than ${MAX_FILES} files.`, {
          where: shown(address),
        });
      }
      const place = `/${repository}/resolve/${encodeURIComponent(revision)}/${path.split('/').map(encodeURIComponent).join('/')}`;
      files.push({ url: new URL(place, address), shown: `${address.protocol}//${address.host}/${repository}/${path}` });
    }
    next = nextPage(answer.headers['link'], here);
    if (next !== null && page + 1 >= MAX_PAGES)
      throw new Fault('ERR_UPSTREAM_INVALID', `The list of files has more than ${MAX_PAGES} pages.`, {
        where: shown(address),
      });
  }
  if (files.length === 0)
    throw new Fault('ERR_UPSTREAM_INVALID', 'The repository has no files.', { where: shown(address) });
  return files;
}

function pathsIn(bytes: Uint8Array): readonly string[] {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw new Fault('ERR_UPSTREAM_INVALID', 'The list of files is no JSON.', { cause });
  }
  if (!Array.isArray(value)) throw new Fault('ERR_UPSTREAM_INVALID', 'The list of files is no list.');
  return value.flatMap((entry: unknown) => {
    const { type, path } = (entry ?? {}) as { readonly type?: unknown; readonly path?: unknown };
    if (type !== 'file') return [];
    if (typeof path !== 'string' || path.length > 1000 || path.split('/').includes('..'))
      throw new Fault('ERR_UPSTREAM_INVALID', 'The list of files names one that cannot be asked for.');
    return [path];
  });
}

/**
 * `Link: <…>; rel="next"` (RFC 8288), on the same host.
 * @throws Fault `ERR_UPSTREAM_INVALID` where it leads to another host
 */
function nextPage(link: string | string[] | undefined, here: URL): URL | null {
  const text = Array.isArray(link) ? link.join(',') : (link ?? '');
  const next = text
    .split(/,(?=\s*<)/)
    .find((part) => /;\s{0,4}rel\s{0,4}=\s{0,4}"?(?:[\w-]{1,40}\s)*next\b/i.test(part));
  if (next === undefined) return null;
  const address = /^\s*<([^<>]+)>/.exec(next)?.[1];
  const url = address === undefined ? null : URL.parse(address, here.href);
  if (url === null)
    throw new Fault('ERR_UPSTREAM_INVALID', 'Where the list of files goes on cannot be read.', { where: shown(here) });
  if (url.origin !== here.origin)
    throw new Fault('ERR_UPSTREAM_INVALID', 'The list of files goes on at another host.', { where: shown(here) });
  return url;
}
