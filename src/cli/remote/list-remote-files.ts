import { Fault } from '../../core/fault.ts';
import { type RemoteClient, shown } from './http-client.ts';

const MAX_LISTING = 32 << 20;
const MAX_FILES = 20_000;
const MAX_PAGES = 100;

/** `https://host/org/model`, with or without a revision: a repository of a model hub. */
const REPOSITORY = /^\/((?:datasets\/|spaces\/)?[\w.-]{1,100}\/[\w.-]{1,100})(?:\/tree\/([\w./-]{1,100}))?\/?$/;

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
      // No hub: then it is a file whose path has two parts.
      if (page === 0) return one;
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
    next = page + 1 < MAX_PAGES ? nextPage(answer.headers['link'], here) : null;
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
    return type === 'file' && typeof path === 'string' && path.length <= 1000 && !path.split('/').includes('..')
      ? [path]
      : [];
  });
}

/** `Link: <…>; rel="next"` (RFC 8288), on the same host. */
function nextPage(link: string | string[] | undefined, here: URL): URL | null {
  const text = Array.isArray(link) ? link.join(',') : (link ?? '');
  const found = /<([^<>]{1,2000})>;\s{0,4}rel="?next"?/.exec(text)?.[1];
  const url = found === undefined ? null : URL.parse(found, here.href);
  return url !== null && url.host === here.host ? url : null;
}
