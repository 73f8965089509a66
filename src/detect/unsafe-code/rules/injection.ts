import { defineRules } from '../rule.ts';

const PHP_INPUT = '\\$_(?:GET|POST|REQUEST|COOKIE|FILES|SERVER)\\b';
const INPUT = `(?:input\\(|raw_input\\(|sys\\.argv|request\\.\\w|req\\.(?:query|body|params|headers)|params\\[|process\\.argv|location\\.(?:hash|search|href)|document\\.(?:URL|cookie|location|referrer)|window\\.name|event\\.data|${PHP_INPUT})`;
const VERB = '(?:select|insert\\s+into|update|delete\\s+from)';

/** Code that lets its input say what it does. */
export const INJECTION = defineRules([
  {
    id: 'evaluates-input',
    category: 'injection',
    severity: 'high',
    message: 'Runs its input as code.',
    openings: ['eval(', 'eval (', 'exec(', 'execute(', 'new function(', 'settimeout(', 'assert('],
    pattern: `(?:eval|exec|execute|new\\s+function|settimeout|assert)\\s?\\(\\s*(?:\\w+\\(\\s*){0,2}${INPUT}`,
  },
  {
    id: 'shell-from-input',
    category: 'injection',
    severity: 'high',
    message: 'Puts its input into a command.',
    openings: ['system(', 'shell_exec(', 'passthru(', 'exec(', 'popen(', 'proc_open(', 'os.system(', 'os.popen('],
    pattern: `(?:os\\.)?(?:system|shell_exec|passthru|exec|popen|proc_open)\\([^\\n;]*${INPUT}`,
  },
  {
    id: 'shell-from-text',
    category: 'injection',
    severity: 'medium',
    message: 'Puts a command together from text.',
    openings: [
      'os.system(',
      'os.popen(',
      'subprocess.',
      'execsync(',
      'child_process.exec(',
      'exec(`',
      'runtime.getruntime().exec(',
    ],
    pattern:
      '(?:os\\.(?:system|popen)\\(\\s*(?:f["\'][^\\n]*\\{|["\'][^\\n]*["\']\\s*(?:\\+|%|\\.format\\()\\s*\\w?)|subprocess\\.\\w+\\(\\s*(?:f["\'][^\\n]*\\{|["\'][^\\n]*["\']\\s*(?:\\+|%|\\.format\\())[^\\n]*shell\\s*=\\s*True|(?:child_process\\.)?exec(?:sync)?\\(\\s*(?:`[^`\\n]*\\$\\{|["\'][^"\'\\n]*["\']\\s*\\+\\s*\\w)|runtime\\.getruntime\\(\\)\\.exec\\(\\s*["\'][^\\n]*["\']\\s*\\+)',
  },
  {
    id: 'sql-from-text',
    category: 'injection',
    severity: 'medium',
    message: 'Puts an SQL statement together from text; a parameter would be safe.',
    openings: [
      '"select ',
      "'select ",
      '`select ',
      '"insert into ',
      "'insert into ",
      '"update @ set',
      "'update @ set",
      '"delete from',
      "'delete from",
      '`delete from',
    ],
    pattern: `["'\`]${VERB}\\s(?:[^\\n]*(?:'["]|"['])?\\s*["']\\s*(?:\\+|\\.\\s*\\$|%\\s*\\(?\\w)\\s*[\\w$(]|[^\\n]*\\$\\{\\w|[^\\n"']*['"]\\{\\w+\\}|[^\\n]*=\\s*'?\\{\\w+\\}|[^\\n]*\\$_(?:GET|POST|REQUEST))`,
  },
  {
    id: 'sql-injection',
    category: 'injection',
    severity: 'medium',
    message: 'A text that makes an SQL condition always true, or ends the statement.',
    openings: ["' or ", "') or ", "'; drop", "'; delete", "'; exec", "' union select", "' union all select", '" or "'],
    pattern: `['"]\\)?\\s*(?:or\\s+(?:'?\\d+'?\\s*=\\s*'?\\d+|['"][^'"\\n]{0,16}['"]\\s*=\\s*['"])|;\\s*(?:drop\\s+table|delete\\s+from|exec)\\s+\\w+[^\\n]*--|union\\s+(?:all\\s+)?select\\s)`,
  },
  {
    id: 'template-injection',
    category: 'injection',
    severity: 'high',
    message: 'A template expression that reaches what runs code.',
    openings: ['{{', '${t(', '#{t(', '<%= ', '${jndi:', '${${'],
    pattern:
      '(?:\\{\\{[^}\\n]*(?:__(?:class|globals|mro|subclasses|builtins|import|init)__|constructor\\.constructor)|[$#]\\{t\\(java\\.lang|<%=\\s*(?:system|`|exec|File\\.read|IO\\.popen)|\\$\\{jndi:(?:ldaps?|rmi|dns|iiop)|\\$\\{\\$\\{(?:lower|upper|::-))',
  },
  {
    id: 'unsafe-deserialisation',
    category: 'injection',
    severity: 'high',
    message: 'Builds objects from input, which runs what the input says.',
    openings: ['pickle.loads(', 'cpickle.loads(', 'unserialize(', 'marshal.loads(', 'yaml.load(', 'yaml.unsafe_load('],
    pattern: `(?:c?pickle\\.loads|unserialize|marshal\\.loads|yaml\\.(?:unsafe_)?load)\\(\\s*(?:[\\w.]+\\(\\s*){0,2}${INPUT}`,
    unless: 'safeloader',
  },
  {
    id: 'unsafe-deserialisation',
    category: 'injection',
    severity: 'medium',
    message: 'Builds objects from bytes, which runs what the bytes say.',
    openings: [
      'pickle.loads(',
      'cpickle.loads(',
      'marshal.loads(',
      'yaml.unsafe_load(',
      'jsonpickle.decode(',
      'yaml.load(',
    ],
    pattern: '(?:c?pickle\\.loads|marshal\\.loads|yaml\\.unsafe_load|jsonpickle\\.decode|yaml\\.load)\\(\\s*\\w[^\\n]*',
    unless: '(?:safeloader|full_load|baseloader|dumps\\()',
  },
]);
