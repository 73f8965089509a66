import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lexSource } from './lex-source.ts';
import { sourceRisks } from './source-risks.ts';

const seen = (text: string): readonly string[] =>
  sourceRisks(text).map(({ kind, line, what, atImport }) => `${line} ${kind} ${what}${atImport ? ' at import' : ''}`);

test('strings and comments are told from code, with escapes and three quotes', () => {
  const { code, strings } = lexSource(`a = "x\\"y" # os.system(\n'''b\n"c"''' d\n'unfinished\ne`);
  assert.equal(code, `a = "    "             \n''' \n   ''' d\n'          \ne`);
  assert.equal(strings.replaceAll(/\s+/g, ' ').trim(), 'x\\"y b "c" unfinished');
});

test('what runs at import is told from what runs when a function is called', () => {
  assert.deepEqual(
    seen(
      'import os, subprocess\ndef f():\n    os.system("x")\n    if y:\n        subprocess.run([\n"a"])\nclass A:\n  os.popen("z")\n  def g(self): os.system(q)\nif True:\n  subprocess.Popen("x")\nif __name__ == "__main__":\n  os.system("main")\n',
    ),
    [
      '3 starts-program os.system',
      '5 starts-program subprocess.run',
      '8 starts-program os.popen at import',
      '9 starts-program os.system at import',
      '11 starts-program subprocess.Popen at import',
      '13 starts-program os.system',
    ],
  );
});

test('aliases are followed', () => {
  assert.deepEqual(
    seen(
      'import subprocess as sp\nfrom os import (system as run,\n popen)\nfrom os import *\nsp.run("x")\nrun("y")\npopen("z")\nexecv("q")\n',
    ).map((one) => one.split(' ')[2]),
    ['subprocess.run', 'os.system', 'os.popen', 'os.execv'],
  );
});

test('text that is decoded or fetched and then run is a thing of its own', () => {
  assert.deepEqual(seen('exec(\n  zlib.decompress(base64.b64decode("eJw="))\n)'), ['1 runs-decoded exec at import']);
  assert.deepEqual(seen('exec(requests.get("http://x").text)'), [
    '1 runs-decoded exec at import',
    '1 network requests.get at import',
  ]);
  assert.deepEqual(seen('exec(compile(marshal.loads(x), "", "exec"))').slice(0, 1), ['1 runs-decoded exec at import']);
});

test('names that are put together', () => {
  assert.deepEqual(seen('getattr(os, "sys" + "tem")("x")'), ['1 hides-name getattr at import']);
  assert.deepEqual(seen('__import__("o" + "s")'), ['1 hides-name __import__ at import']);
  assert.deepEqual(seen('importlib.import_module(name[::-1])'), ['1 hides-name importlib.import_module at import']);
});

test('ordinary programs say nothing', () => {
  assert.deepEqual(
    seen(
      '"""os.system("x")"""\nimport torch\nfrom torch import nn\n# eval(x)\nclass Net(nn.Module):\n  def forward(self, x):\n    return self.eval(x) + model.eval()\n' +
        'def system(x): pass\nexec(open("version.py").read())\nimportlib.import_module("numpy")\ngetattr(self, "x")\nre.compile("a")\n',
    ),
    [],
  );
});

test('long and odd text ends in time that grows with its length', () => {
  for (const text of [
    'a.'.repeat(100_000),
    '('.repeat(100_000),
    `${'"'.repeat(99_999)}`,
    'from os import ('.repeat(5000),
    'import '.repeat(50_000),
    `${'def f(\n'.repeat(20_000)}`,
  ]) {
    assert.ok(sourceRisks(text).length <= 200);
  }
});
