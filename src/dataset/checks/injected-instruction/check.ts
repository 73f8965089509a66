import type { Finding } from '../../../core/finding.ts';
import { embeddedInstruction } from '../../../detect/embedded-instruction/detector.ts';
import { obfuscation } from '../../../detect/obfuscation/detector.ts';
import { userAttack } from '../../../detect/user-attack/detector.ts';
import type { Subject } from '../../../detect/detector.ts';
import { type ColumnPart, ColumnFindings, reportColumns } from '../../column-findings.ts';
import { defineCheck, everyText } from '../../check.ts';
import { isProse, type RowText } from '../../row-texts.ts';

const MOST_TEXT = 1 << 18;
const USER: Subject = { stage: 'input', role: 'user', origin: 'user', kind: 'text' };
const DATA: Subject = { stage: 'input', role: 'tool', origin: 'tool', kind: 'tool-result' };

/** Columns of instruction data and chats, and what their texts are to the model that is trained. */
const ASKED = /^(?:instruction|instructions|prompt|prompts|question|query|user|human|system|system_prompt)$/;
const GIVEN =
  /^(?:input|context|contexts|document|documents|passage|passages|article|output|outputs|response|responses|completion|answer|answers|chosen|rejected|assistant|gpt|tool|target|reference)$/;
const CHAT = /(?:^|\.)(?:content|value|text|parts\[\])$/;

function channelOf({ column, role }: RowText): 'asked' | 'given' | null {
  if (role !== null && CHAT.test(column)) {
    return /^(?:user|human|system|developer|prompter)$/i.test(role) ? 'asked' : 'given';
  }
  const name = column.toLowerCase().replace(/\[\]$/, '').split('.').at(-1)!;
  if (ASKED.test(name)) return 'asked';
  return GIVEN.test(name) ? 'given' : null;
}

/** What was found in some of the rows. */
interface InstructionPart {
  readonly columns: ColumnPart;
  /** True where there were columns of instructions and answers. */
  readonly hasColumns: boolean;
}

const MOST_COLUMNS = 4096;

/** `channelOf`, remembered: the columns of all rows are mostly the same. */
class Channels {
  readonly #known = new Map<string, Map<string | null, 'asked' | 'given' | null>>();
  #count = 0;

  of(text: RowText): 'asked' | 'given' | null {
    let roles = this.#known.get(text.column);
    const known = roles?.get(text.role);
    if (known !== undefined) return known;
    const channel = channelOf(text);
    if (this.#count === MOST_COLUMNS) {
      this.#known.clear();
      this.#count = 0;
      roles = undefined;
    }
    if (roles === undefined) this.#known.set(text.column, (roles = new Map()));
    roles.set(text.role, channel);
    this.#count++;
    return channel;
  }
}

export const injectedInstruction = defineCheck({
  meta: {
    id: 'injected-instruction',
    title: 'Attacks inside instruction data',
    severity: 'medium',
    threats: ['prompt-injection', 'data-poisoning'],
    meaning:
      'Rows of instruction data or chats hold jailbreaks, overrides or encoded commands: in what a user asks, or in documents and answers, where no instruction belongs. A model that is trained on an answer which obeys them learns to obey.',
    fix: 'Read the named rows. In data made to teach refusals they belong there; anywhere else take them out, with what else came from their source.',
    references: [
      'https://arxiv.org/abs/2302.10149',
      'https://arxiv.org/abs/2305.00944',
      'https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/',
    ],
    taxonomy: ['OWASP-LLM04', 'AML.T0020', 'AML.T0051.001'],
  },
  begin(context) {
    const asked = userAttack.create({ ...userAttack.defaults, sensitivity: 'low' });
    const given = embeddedInstruction.create({ ...embeddedInstruction.defaults, sensitivity: 'low' });
    const disguised = obfuscation.create({ ...obfuscation.defaults, minSeverity: 'high' });
    const found = new ColumnFindings();
    const channels = new Channels();
    let hasColumns = false;
    return {
      async row(row) {
        if (row.file.format === 'image' || row.file.format === 'idx') return;
        // One column by such a name is no instruction data: both sides have to be there.
        const texts = everyText(row);
        let [question, answer] = [false, false];
        for (const one of texts) {
          const channel = channels.of(one);
          if (channel === 'asked') question = true;
          else if (channel === 'given') answer = true;
        }
        if (!question || !answer) return;
        hasColumns = true;
        for (const one of texts) {
          const { column, text } = one;
          const channel = channels.of(one);
          if (channel === null || !isProse(text)) continue;
          if (text.length > MOST_TEXT) {
            context.gap(row.file.shown, `a text of column ${column} is longer than is read for instructions`);
            continue;
          }
          const subject = channel === 'asked' ? USER : DATA;
          for (const inspector of [channel === 'asked' ? asked : given, disguised]) {
            const pending = inspector.inspect(text, subject);
            const findings: readonly Finding[] = pending instanceof Promise ? await pending : pending;
            if (findings.length > 0) found.add(row, column, findings);
          }
        }
      },
      part: (): InstructionPart => ({ columns: found.part(), hasColumns }),
    };
  },
  conclude(context, parts) {
    const own = parts as readonly InstructionPart[];
    if (!own.some((one) => one.hasColumns))
      context.notRun('no columns of instructions and answers, or of chats, were found');
    reportColumns(
      context,
      own.map(({ columns }) => columns),
      (one) => ({
        message: `Column ${one.column}: in ${one.rows} of ${one.total} rows, first in ${one.place}. ${one.message}`,
        severity: one.severity,
      }),
    );
  },
});
