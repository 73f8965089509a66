/** A server of the official SDK that speaks the revision 2026-07-28, and the one before, over stdio. */
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

serveStdio(() => {
  const server = new McpServer(
    { name: 'modern', version: '1' },
    { capabilities: { tools: { listChanged: true }, resources: { listChanged: true, subscribe: true } } },
  );
  const said = (text: string) => ({ content: [{ type: 'text' as const, text }] });
  server.registerTool('get_time', { description: 'Gets the time.' }, () => said('ten'));
  server.registerTool('send_mail', { description: 'Sends a mail.' }, () => said('sent'));
  server.registerTool('get_news', { description: 'Gets the news.' }, () => {
    server.sendToolListChanged();
    return said('told');
  });
  server.registerResource('note', 'note://1', { description: 'A note.' }, (uri) => ({
    contents: [{ uri: uri.href, text: 'at ten' }],
  }));
  return server;
});
