import { defineRules } from '../rule.ts';

const CALLS =
  '(?:alert|prompt|confirm|eval|fetch|import|atob|fromcharcode|document\\.(?:cookie|location|write|domain)|window\\.location|location\\s*=|location\\.href\\s*=|xmlhttprequest|localstorage|navigator\\.sendbeacon)';
const HANDLERS = ['onerror', 'onload', 'onmouseover', 'onfocus', 'ontoggle', 'onpointerenter', 'onanimationstart',
  'onmouseenter', 'onbegin', 'onpageshow', 'onscroll', 'onwheel', 'onstart']; // prettier-ignore

/** Markup that runs as a script where an answer is shown as HTML. */
export const MARKUP = defineRules([
  {
    id: 'event-handler',
    category: 'markup',
    severity: 'high',
    message: 'An HTML attribute runs a program by itself.',
    openings: HANDLERS.flatMap((name) => [`${name}=`, `${name} =`]),
    pattern: `on\\w+\\s*=\\s*(?:["'\`]|&quot;|\\\\["'])?[^"'>\\n]*\\b${CALLS}`,
    unless: '^on\\w+\\s*=\\s*(?:function|\\(|async|\\w+\\s*=>)',
  },
  {
    id: 'script',
    category: 'markup',
    severity: 'high',
    message: 'Markup that reads cookies or storage, or sends data out.',
    openings: ['<script>', '<script '],
    pattern: `<script[^>\\n]*>[^\\n]*(?:document\\.cookie|localstorage\\.getitem|navigator\\.sendbeacon|eval\\(\\s*atob|new\\s+image\\(\\)\\.src\\s*=|(?:document\\.|window\\.)?location(?:\\.href)?\\s*=\\s*["'\`]https?:[^\\n]*\\+)`,
  },
  {
    id: 'script',
    category: 'markup',
    severity: 'medium',
    message: 'Markup that shows that it runs, as attacks are tried out.',
    openings: ['<script>', '<script ', '"><script', "'><script"],
    pattern: `(?:["']>\\s*<script|<script>\\s*(?:alert|prompt|confirm)\\s*[(\`])`,
  },
  {
    id: 'script',
    category: 'markup',
    severity: 'low',
    message: 'A program inside markup.',
    openings: ['<script>', '<script '],
    pattern: '<script(?:\\s[^>\\n]*)?>',
  },
  {
    id: 'script-address',
    category: 'markup',
    severity: 'high',
    message: 'An address that runs a program.',
    openings: ['javascript:', 'vbscript:', 'data:text/html'],
    pattern: `(?:(?:java|vb)script:(?:[^\\s"'<>]*\\b)?${CALLS}|data:text/html[^\\s,]*,[^\\s"']*(?:<script|%3cscript|PHNjcmlwd|onload|onerror))`,
  },
  {
    id: 'script-document',
    category: 'markup',
    severity: 'high',
    message: 'A document inside an attribute, with a program in it.',
    openings: ['srcdoc=', 'srcdoc ='],
    pattern: 'srcdoc\\s*=\\s*["\']?[^\\n]*(?:<|&lt;)\\s*script',
  },
  {
    id: 'document-from-input',
    category: 'markup',
    severity: 'medium',
    message: 'Writes its input into a page as HTML.',
    openings: [
      'document.write(',
      '.innerhtml =',
      '.innerhtml=',
      '.outerhtml =',
      '.html(location',
      'echo $_',
      'print $_',
    ],
    pattern:
      '(?:document\\.write(?:ln)?\\([^\\n]*(?:location|document\\.url|referrer|window\\.name)|\\.(?:inner|outer)html\\s*=\\s*[^\\n;]*(?:location\\.|document\\.url|\\.hash\\b|searchparams|event\\.data|req\\.)|\\.html\\(location|(?:echo|print)\\s+\\$_(?:get|post|request|cookie)\\b)',
  },
]);
