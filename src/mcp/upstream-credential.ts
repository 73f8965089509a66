import type { RpcMessage } from './rpc-message.ts';

/** What a connection shows a server that it is called by. */
export interface UpstreamCredential {
  /** Headers for one message; null for the stream on which the server speaks unasked. @throws Fault when there are none to be had. */
  headers(message: RpcMessage | null): Promise<Readonly<Record<string, string>>>;
  /**
   * The server did not take them. @param header its `WWW-Authenticate`.
   * @returns null when others may be tried, once; else why not.
   */
  refused(
    status: 401 | 403,
    header: string | undefined,
    sent: Readonly<Record<string, string>>,
  ): Promise<string | null>;
}
