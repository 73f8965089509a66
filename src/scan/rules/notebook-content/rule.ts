import { defineRule, type Judgement } from '../../rule.ts';

/** What comes over the network and goes straight into an interpreter. */
const PIPED =
  /\b(?:curl|wget|fetch)\b[^|;&]{0,500}\|\s{0,8}(?:sudo\s{1,4})?(?:ba|z|da)?sh\b|\b(?:curl|wget|fetch)\b[^|;&]{0,500}\|\s{0,8}(?:sudo\s{1,4})?python\w{0,3}\b/i;
const DECODED =
  /\bbase64\s{1,4}(?:-d|--decode|-D)\b[^|]{0,200}\|\s{0,8}(?:ba|z)?sh\b|\b(?:ba)?sh\b\s{0,4}<\s{0,4}\(\s{0,4}(?:curl|wget)\b|\beval\s{1,4}["'$`]{1,2}\(?\s{0,4}(?:curl|wget|base64)\b/i;
const REVERSE = /\/dev\/(?:tcp|udp)\/|\bnc\b[^|;]{0,100}\s-e\b|\bmkfifo\b[^;]{0,100};[^;]{0,100}\bnc\b/i;
const DOWNLOAD = /\b(?:curl|wget|aria2c|fetch)\s/i;
const INSTALL = /\b(?:pip3?|conda|mamba|apt(?:-get)?|npm|uv)\b[^|;&]{0,80}\b(?:install|add)\b/i;
const FOREIGN_INDEX = /--(?:index-url|extra-index-url|find-links)[ =]\s{0,4}http:|--trusted-host|git\+http:/i;
const PRIVATE =
  /(?:~|\/root|\/home\/\w{1,40})\/\.(?:ssh|aws|kube|netrc|docker|config\/gcloud)|\/etc\/(?:passwd|shadow)|\.env\b/i;

export const notebookContent = defineRule({
  meta: {
    id: 'notebook-content',
    title: 'Notebook with commands or active contents',
    severity: 'medium',
    threats: ['backdoor', 'prompt-injection'],
    meaning:
      'Cells of a notebook run commands of the shell as soon as somebody runs them, and markup among stored outputs runs in the viewer of whoever opens it. Characters that are not shown hide text from people, not from models.',
    fix: 'Read the cell before you run it; clear all outputs of notebooks that you did not run yourself.',
    references: [
      'CVE-2021-32797',
      'CVE-2021-32798',
      'https://jupyter-server.readthedocs.io/en/latest/operators/security.html',
    ],
    taxonomy: ['CWE-79', 'CWE-78', 'AML.T0010'],
  },
  judge: {
    'shell-line': ({ text: line }): Judgement | null => {
      if (PIPED.test(line) || DECODED.test(line))
        return { severity: 'high', message: 'A cell fetches or decodes a program and runs it at once.' };
      if (REVERSE.test(line)) return { severity: 'high', message: 'A cell connects a shell to another machine.' };
      if (INSTALL.test(line) && FOREIGN_INDEX.test(line))
        return { message: 'A cell installs packages from a place without protection.' };
      if (PRIVATE.test(line)) return { message: 'A cell reads credentials or accounts of whoever runs it.' };
      if (INSTALL.test(line)) return { severity: 'info', message: 'A cell installs packages.' };
      if (DOWNLOAD.test(line)) return { severity: 'low', message: 'A cell downloads a file.' };
      return { severity: 'info', message: 'A cell runs a command of the shell.' };
    },
    'active-output': ({ type, text }) => {
      const remote =
        /https?:\/\//i.test(text) && /<script\b|<iframe\b|fetch\s{0,4}\(|XMLHttpRequest|\.src\b/i.test(text);
      const fetches =
        /document\.cookie|localStorage|IPython\.notebook|kernel\.execute|requireJupyter|\beval\s{0,4}\(|atob\s{0,4}\(/i.test(
          text,
        );
      return {
        severity: fetches ? 'high' : remote ? 'medium' : 'low',
        message: fetches
          ? `A stored output (${type}) reaches for the session of the viewer or runs text.`
          : remote
            ? `A stored output (${type}) loads from another place when the notebook is opened.`
            : `A stored output (${type}) holds a script.`,
      };
    },
    'hidden-characters': ({ what, count }) => ({ message: `It holds ${count} ${what}.` }),
  },
});
