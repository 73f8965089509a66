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
    pattern: `(?:curl|wget)\\s[^\\n|]{0,120}(?:http://(?:[^l1]|l[^o]|1[^2])|https?://\\d{1,3}\\.\\d)[^\\n|]{0,120}\\|\\s*${SUDO}${SHELL}`,
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
    pattern: `(?:(?:curl|wget)\\s[^\\n|]{1,240}\\|\\s*${SUDO}${SHELL}|(?:(?:ba)?sh|source|\\.)\\s+<\\(\\s*(?:curl|wget)\\s|(?:(?:ba)?sh\\s+-c|eval)\\s+["']?\\$\\(\\s*(?:curl|wget)\\s)`,
  },
  {
    id: 'fetch-and-run',
    category: 'remote-execution',
    severity: 'high',
    message: 'Fetches a file, makes it a program and runs it.',
    openings: ['curl ', 'wget '],
    pattern:
      '(?:curl|wget)\\s[^\\n]{1,200}(?:&&|;)\\s*chmod\\s+(?:\\+x|[0-7]{3,4}|a\\+x|u\\+x)\\s+\\S{1,80}\\s*(?:&&|;)\\s*(?:sudo\\s+|nohup\\s+)?(?:\\./|/)\\S',
  },
  {
    id: 'encoded-command',
    category: 'remote-execution',
    severity: 'high',
    message: 'Runs a command that is encoded so that nobody reads it.',
    openings: ['powershell ', 'powershell.exe ', 'pwsh '],
    pattern: '(?:powershell(?:\\.exe)?|pwsh)\\s[^\\n]{0,120}-e(?:nc|ncodedcommand|c)?\\s+["\']?[A-Za-z0-9+/=]{16}',
  },
  {
    id: 'encoded-command',
    category: 'remote-execution',
    severity: 'high',
    message: 'Runs a command that is encoded so that nobody reads it.',
    openings: ['echo ', 'base64 -d', 'base64 --decode'],
    pattern: `(?:echo\\s+(?:-n\\s+)?["']?[A-Za-z0-9+/=]{16}[^\\n|]{0,300}\\|\\s*)?base64\\s+(?:-d|-D|--decode)\\b[^\\n|]{0,60}\\|\\s*${SUDO}${SHELL}`,
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
      '(?:(?:iex|invoke-expression)\\b[^\\n]{0,80}(?:downloadstring|invoke-webrequest|invoke-restmethod|\\biwr\\b|\\birm\\b|net\\.webclient)|(?:iwr|irm|invoke-webrequest|invoke-restmethod|\\(new-object\\s+(?:system\\.)?net\\.webclient)[^\\n|]{0,200}\\|\\s*(?:iex|invoke-expression)\\b)',
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
      '(?:certutil(?:\\.exe)?\\s+[^\\n]{0,40}-urlcache\\b[^\\n]{0,120}https?:|mshta\\s+(?:https?:|javascript:|vbscript:)|regsvr32\\s+[^\\n]{0,40}/i:https?:|bitsadmin\\s+/transfer\\s[^\\n]{0,120}https?:|rundll32\\s+javascript:)',
  },
  {
    id: 'reverse-shell',
    category: 'remote-execution',
    severity: 'high',
    message: 'Opens a shell to somebody else.',
    openings: ['/dev/tcp/', '/dev/udp/'],
    pattern: '/dev/(?:tcp|udp)/[\\w.${}-]{1,80}/[\\d${}\\w]{1,20}',
  },
  {
    id: 'reverse-shell',
    category: 'remote-execution',
    severity: 'high',
    message: 'Opens a shell to somebody else.',
    openings: ['nc -', 'nc @', 'ncat ', 'netcat ', 'socat '],
    pattern:
      '(?:(?:nc|ncat|netcat)\\s[^\\n|;]{0,80}(?:-[a-z]*[ec]|--exec|--sh-exec)\\s+["\']?(?:\\S*/)?(?:(?:ba|z)?sh|cmd(?:\\.exe)?|powershell)|socat\\s[^\\n]{0,120}exec:["\']?\\S*sh)',
  },
  {
    id: 'reverse-shell',
    category: 'remote-execution',
    severity: 'high',
    message: 'Opens a shell to somebody else.',
    openings: ['mkfifo ', 'os.dup2(', 'fsockopen('],
    pattern:
      '(?:mkfifo\\s+\\S{1,60}[^\\n]{0,120}\\|\\s*(?:nc|ncat|netcat|telnet|openssl)\\s|os\\.dup2\\(\\s*\\w+\\.fileno\\(\\)|fsockopen\\([^\\n]{1,80}\\)[^\\n]{0,60}(?:exec|proc_open|shell_exec|system|popen)\\s*\\()',
  },
]);
