import { Fault, isFault } from '../../core/fault.ts';
import type { ScanTask } from '../../scan/scan-pool.ts';
import type { RemoteClient } from './http-client.ts';

/**
 * Files behind addresses, of which only the parts that are looked at are fetched.
 * @param tell told of an address that could not be read, and why; it is a row of the report
 * @throws Fault `ERR_USAGE` for an address that may not be asked
 */
export async function* remoteTasks(
  client: RemoteClient,
  addresses: readonly string[],
  tell: (file: string, reason: string) => void,
): AsyncGenerator<ScanTask> {
  const { listRemoteFiles } = await import('./list-remote-files.ts');
  const { openRemoteFile } = await import('./open-remote-file.ts');
  const { shown: shownUrl } = await import('./http-client.ts');
  const unread = (shown: string, error: unknown): ScanTask => {
    // What may not be asked is a mistake of the user's; everything else is a row of the report.
    if (!isFault(error) || error.code === 'ERR_USAGE') throw error;
    tell(shown, error.hint === undefined ? error.message : `${error.message} ${error.hint}`);
    return { path: '', shown, remote: { size: 1, read: () => Promise.reject(error) } };
  };
  for (const address of addresses) {
    const url = URL.parse(address);
    if (url === null) throw new Fault('ERR_USAGE', 'This is no address.', { where: address });
    let files;
    try {
      files = await listRemoteFiles(client, url);
    } catch (error) {
      yield unread(shownUrl(url), error);
      continue;
    }
    for (const { url: file, shown } of files) {
      try {
        yield { path: '', shown, remote: await openRemoteFile(client, file) };
      } catch (error) {
        yield unread(shown, error);
      }
    }
  }
}
