import { request as httpRequest } from 'node:http';
import assert from 'node:assert/strict';
import { ADMIN } from './start-console.ts';

/** Speaks to the admin API as the console does. */
export interface Client {
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** With the console's header, like its own pages. */
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  json<T>(path: string): Promise<T>;
  cookie: string;
}

export function createClient(url: string): Client {
  const client: Client = {
    cookie: '',
    get: (path, headers = {}) =>
      fetch(url + path, { headers: { cookie: client.cookie, ...headers }, redirect: 'manual' }),
    send: (method, path, body, headers = {}) =>
      fetch(url + path, {
        method,
        headers: {
          cookie: client.cookie,
          'content-type': 'application/json',
          'x-parapet-console': '1',
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    async json<T>(path: string) {
      const response = await client.get(path);
      assert.equal(response.status, 200, `${path}: ${await response.clone().text()}`);
      return (await response.json()) as T;
    },
  };
  return client;
}

export async function signedIn(url: string): Promise<Client> {
  const client = createClient(url);
  const response = await client.send('POST', '/api/session', ADMIN);
  assert.equal(response.status, 200, await response.clone().text());
  client.cookie = response.headers.get('set-cookie')!.split(';')[0]!;
  return client;
}

/** A request whose path and headers are sent as they are: `fetch` tidies paths and sets Host itself. */
export function rawGet(
  url: string,
  path: string,
  headers: Record<string, string>,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    httpRequest({ hostname, port, path, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });
}
