import { defineRule } from '../../rule.ts';
import { plainText } from '../../plain-text.ts';

/** Commands and calls in a description, where nothing should run. Linear: no repetition inside another. */
const COMMANDS: readonly RegExp[] = [
  /\b(?:os\.(?:system|popen|exec[a-z]{0,3})|subprocess\.\w{1,20}|__import__|eval|exec|compile|builtins\.\w{1,20})\s{0,4}\(/,
  /\bimport\s+(?:os|sys|subprocess|socket|pty|ctypes|shutil)\b/,
  /\b(?:curl|wget)\s[^\n]{0,200}(?:https?:|\|)/i,
  /\brm\s+-[a-z]{1,4}\s|\bchmod\s+(?:\+x|[0-7]{3,4})\b|\bnc\s+-[a-z]{1,4}\s|\/dev\/tcp\/|\bbash\s+-[ci]\b|\bpowershell\b[^\n]{0,80}-(?:enc|e|nop|w)/i,
  /<script\b|javascript:|data:text\/html/i,
];
const CARRIED_ADDRESS =
  /https?:\/\/[^\s"'<>]{0,200}(?:exfil|payload|callback|webhook|steal|\.(?:sh|exe|ps1|bat|py|scr|dll)\b)/i;
/** What somebody who writes about it calls it. */
const SELF_DECLARED =
  /\b(?:backdoor(?:ed)?|malicious|malware|trojan(?:ed|ised|ized)?|do[_ -]not[_ -]load|evil[_ -]model|ransomware|keylogger)\b/i;
const NAMING_KEY = /(?:^|[._[])(?:name|model_name|type|model_type|description|task|title|label|id|tag)s?\]?$/i;

export const suspiciousText = defineRule({
  meta: {
    id: 'suspicious-text',
    title: 'Description that holds commands',
    severity: 'low',
    threats: ['backdoor'],
    meaning:
      'A text beside the weights reads like a command, a call or the address of a program. By itself it does nothing; a loader or a script that evaluates it would.',
    fix: 'Look at the text and at whoever reads it.',
    references: ['https://owasp.org/www-project-machine-learning-security-top-10/'],
    taxonomy: ['AML.T0010'],
  },
  judge: {
    text: ({ path, text }) => {
      const where = plainText(path, 100);
      if (COMMANDS.some((pattern) => pattern.test(text)))
        return { severity: 'medium', message: `The text at ${where} holds a command or a call.` };
      if (CARRIED_ADDRESS.test(text))
        return { message: `The text at ${where} holds the address of a program or of a place that collects data.` };
      if (NAMING_KEY.test(path) && SELF_DECLARED.test(text.replaceAll('_', ' ')))
        return { message: `The text at ${where} calls the model harmful.` };
      return null;
    },
  },
});
