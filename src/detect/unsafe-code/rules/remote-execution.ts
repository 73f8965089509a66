import { defineRules } from '../rule.ts';

const SHELL = '(?:\\S*/)?(?:(?:ba|z|da|k|fi|a)?sh|python[\\d.]*|perl|ruby|node|php)\\b';
const SUDO = '(?:sudo\\s+(?:-\\S+\\s+)*)?(?:env\\s+)?';

/** Programs fetched and run at once, and shells that somebody else types into. */
export const REMOTE_EXECUTION = defineRules([
  {
    id: 'pipe-to-shell',
    category: 'remote-execution',
    severity: 'high',
    message: 'Runs what an unprotected or nameless address sends.',
    openings: ['curl ', 'wget '],
    pattern: `(?:curl|wget)\\s[^\\n|]*(?:http://(?:[^l1]|l[^o]|1[^2])|https?://\\d{1,3}\\.\\d)[^\\n|]*\\|\\s*${SUDO}${SHELL}`,
  },
  {
    id: 'pipe-to-shell',
    category: 'remote-execution',
    severity: 'medium',
    message: 'Runs what an address sends without looking at it.',
    openings: [
      'curl ',
      'wget ',
      'bash <(',
      'sh <(',
      'source <(',
      '. <(',
      'sh -c "$(',
      'bash -c "$(',
      "sh -c '$(",
      'eval "$(',
      'eval $(',
    ],
    pattern: `(?:(?:curl|wget)\\s[^\\n|]+\\|\\s*${SUDO}${SHELL}|(?:(?:ba)?sh|source|\\.)\\s+<\\(\\s*(?:curl|wget)\\s|(?:(?:ba)?sh\\s+-c|eval)\\s+["']?\\$\\(\\s*(?:curl|wget)\\s)`,
  },
  {
    id: 'fetch-and-run',
    category: 'remote-execution',
    severity: 'high',
    message: 'Fetches a file, makes it a program and runs it.',
    openings: ['curl ', 'wget '],
    pattern:
      '(?:curl|wget)\\s[^\\n]+(?:&&|;)\\s*chmod\\s+(?:\\+x|[0-7]{3,4}|a\\+x|u\\+x)\\s+\\S+\\s*(?:&&|;)\\s*(?:sudo\\s+|nohup\\s+)?(?:\\./|/)\\S',
  },
  {
    id: 'encoded-command',
    category: 'remote-execution',
    severity: 'high',
    message: 'Runs a command that is encoded so that nobody reads it.',
    openings: ['powershell ', 'powershell.exe ', 'pwsh '],
    pattern: '(?:powershell(?:\\.exe)?|pwsh)\\s[^\\n]*-e(?:nc|ncodedcommand|c)?\\s+["\']?[A-Za-z0-9+/=]{16}',
  },
  {
    id: 'encoded-command',
    category: 'remote-execution',
    severity: 'high',
    message: 'Runs a command that is encoded so that nobody reads it.',
    openings: ['echo ', 'base64 -d', 'base64 --decode'],
    pattern: `(?:echo\\s+(?:-n\\s+)?["']?[A-Za-z0-9+/=]{16}[^\\n|]*\\|\\s*)?base64\\s+(?:-d|-D|--decode)\\b[^\\n|]*\\|\\s*${SUDO}${SHELL}`,
  },
  {
    id: 'download-and-invoke',
    category: 'remote-execution',
    severity: 'high',
    message: 'Downloads a script and runs it in memory.',
    openings: [
      'iex ',
      'iex(',
      'invoke-expression',
      'iwr ',
      'irm ',
      'invoke-webrequest',
      'invoke-restmethod',
      '(new-object net.webclient',
    ],
    pattern:
      '(?:(?:iex|invoke-expression)\\b[^\\n]*(?:downloadstring|invoke-webrequest|invoke-restmethod|\\biwr\\b|\\birm\\b|net\\.webclient)|(?:iwr|irm|invoke-webrequest|invoke-restmethod|\\(new-object\\s+(?:system\\.)?net\\.webclient)[^\\n|]*\\|\\s*(?:iex|invoke-expression)\\b)',
  },
  {
    id: 'trusted-program',
    category: 'remote-execution',
    severity: 'high',
    message: 'Has a program of the system fetch or run what somebody else wrote.',
    openings: [
      'certutil -',
      'certutil.exe -',
      'mshta http',
      'mshta javascript',
      'mshta vbscript',
      'regsvr32 /',
      'bitsadmin /transfer',
      'rundll32 javascript',
    ],
    pattern:
      '(?:certutil(?:\\.exe)?\\s+[^\\n]*-urlcache\\b[^\\n]*https?:|mshta\\s+(?:https?:|javascript:|vbscript:)|regsvr32\\s+[^\\n]*/i:https?:|bitsadmin\\s+/transfer\\s[^\\n]*https?:|rundll32\\s+javascript:)',
  },
  {
    id: 'reverse-shell',
    category: 'remote-execution',
    severity: 'high',
    message: 'Opens a shell to somebody else.',
    openings: ['/dev/tcp/', '/dev/udp/'],
    pattern: '/dev/(?:tcp|udp)/[\\w.${}-]+/[\\d${}\\w]{1,20}',
  },
  {
    id: 'reverse-shell',
    category: 'remote-execution',
    severity: 'high',
    message: 'Opens a shell to somebody else.',
    openings: ['nc -', 'nc @', 'ncat ', 'netcat ', 'socat '],
    pattern:
      '(?:(?:nc|ncat|netcat)\\s[^\\n|;]*(?:-[a-z]*[ec]|--exec|--sh-exec)\\s+["\']?(?:\\S*/)?(?:(?:ba|z)?sh|cmd(?:\\.exe)?|powershell)|socat\\s[^\\n]*exec:["\']?\\S*sh)',
  },
  {
    id: 'reverse-shell',
    category: 'remote-execution',
    severity: 'high',
    message: 'Opens a shell to somebody else.',
    openings: ['mkfifo ', 'os.dup2(', 'fsockopen('],
    pattern:
      '(?:mkfifo\\s+\\S+[^\\n]*\\|\\s*(?:nc|ncat|netcat|telnet|openssl)\\s|os\\.dup2\\(\\s*\\w+\\.fileno\\(\\)|fsockopen\\([^\\n]+\\)[^\\n]*(?:exec|proc_open|shell_exec|system|popen)\\s*\\()',
  },
]);
