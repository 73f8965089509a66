import { defineRule } from '../../rule.ts';
import { plainText } from '../../plain-text.ts';

/** Ways out of a template engine's sandbox, by what they look like in the text. Each is linear: no repetition inside another. */
const ESCAPES: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/__[a-z]{2,30}__/i, 'reaches for an attribute of the interpreter'],
  [/\\x5f|\\u005f|\\137|\\N\{LOW LINE\}/i, 'writes underscores as escapes'],
  [/['"]_{1,2}['"]\s{0,4}(?:\*|~|\+)|['"]_['"]\s{0,4}%/, 'puts underscores together'],
  [/\|\s{0,8}attr\s{0,4}\(/, 'looks attributes up by computed names'],
  [
    /\b(?:cycler|joiner|lipsum|get_flashed_messages|url_for)\s{0,4}[.[]/,
    'uses a helper of the engine as a way to the interpreter',
  ],
  [
    /\b(?:request|self)\s{0,4}(?:\.|\[)\s{0,4}['"]?(?:application|_|environ|__|args|cookies)/,
    'reaches for the program around the template',
  ],
  [
    /\b(?:popen|subprocess|os\.system|__import__|importlib|builtins|globals|getattr|setattr|eval|exec)\s{0,4}[([.]/,
    'calls the interpreter',
  ],
  [/\.(?:mro|gi_frame|gi_code|cr_frame|f_globals|f_builtins|func_globals|tb_frame)\b/, 'walks the interpreter'],
  [/\{%-?\s{0,8}(?:include|import|extends|from)\b/, 'loads another file'],
];

const LARGE_RANGE = /\brange\s{0,4}\(\s{0,4}(?:\d{1,12}\s{0,4},\s{0,4})?(\d{7,20}|\d{1,4}\s{0,4}\*\*\s{0,4}\d{1,4})/;

export const templateInjection = defineRule({
  meta: {
    id: 'template-injection',
    title: 'Template that runs code',
    severity: 'critical',
    threats: ['backdoor', 'prompt-injection'],
    meaning:
      'A chat template is a program that the template engine runs for every conversation. This one reaches out of the engine into the interpreter, or loads files, or never ends.',
    fix: 'Do not use it. Replace the template by that of the base model, and compare the rest of the file with the original.',
    references: ['CVE-2024-34359', 'https://jinja.palletsprojects.com/sandbox/'],
    taxonomy: ['CWE-1336', 'CWE-94', 'AML.T0018'],
  },
  judge: {
    template: ({ key, text }) => {
      for (const [pattern, what] of ESCAPES) {
        if (pattern.test(text)) return { message: `The template ${plainText(key, 80)} ${what}.` };
      }
      if (LARGE_RANGE.test(text))
        return { severity: 'medium', message: `The template ${plainText(key, 80)} loops millions of times.` };
      return null;
    },
  },
});
