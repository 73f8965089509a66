import type { Context } from 'hono';

/** What a browser sees when the console's files are not there. Plain HTML: the policy allows no inline style. */
export function notBuiltPage(c: Context): Response | Promise<Response> {
  return c.html(
    `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>Parapet: the console is not built</title></head>
  <body>
    <h1>The console is not built yet</h1>
    <p>The gateway runs. Its pages have to be built once, in the directory of the repository:</p>
    <pre><code>npm run build -w console</code></pre>
    <p>Then reload this page; the gateway needs no restart.
      Meanwhile <a href="/healthz">/healthz</a>, <a href="/readyz">/readyz</a> and <a href="/metrics">/metrics</a> answer.</p>
  </body>
</html>
`,
    503,
  );
}
