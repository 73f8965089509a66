/** Words of a text, in lower case. */
export function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Words of an identifier: `sendEmail`, `send_email`, `mail.send-email`, `GmailSendEmail`, `HTTPGet2`. */
export function identifierWords(name: string): string[] {
  return words(
    name
      .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
      .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
      .replaceAll('_', ' '),
  );
}

const IRREGULAR: Readonly<Record<string, string>> = {
  sent: 'send',
  paid: 'pay',
  bought: 'buy',
  told: 'tell',
  wrote: 'write',
  written: 'write',
  made: 'make',
  gave: 'give',
  given: 'give',
  got: 'get',
  found: 'find',
  shown: 'show',
  put: 'put',
  said: 'say',
  people: 'person',
  children: 'child',
  spent: 'spend',
  let: 'let',
  met: 'meet',
  held: 'hold',
  kept: 'keep',
  left: 'leave',
  ran: 'run',
  did: 'do',
  done: 'do',
};

/** The stem of an English word, roughly: enough to match `invited`, `invites` and `inviting` with `invite`. */
export function stem(word: string): string {
  const irregular = IRREGULAR[word];
  if (irregular !== undefined) return irregular;
  let base = word;
  if (base.length > 4 && base.endsWith('ies')) base = `${base.slice(0, -3)}y`;
  else if (base.length > 4 && /(?:ss|sh|ch|x|z)es$/.test(base)) base = base.slice(0, -2);
  else if (base.length > 3 && base.endsWith('s') && !/(?:ss|us|is)$/.test(base)) base = base.slice(0, -1);
  if (base.length > 5 && base.endsWith('ing')) base = undouble(base.slice(0, -3));
  else if (base.length > 4 && base.endsWith('ied')) base = `${base.slice(0, -3)}y`;
  else if (base.length > 4 && base.endsWith('ed')) base = undouble(base.slice(0, -2));
  if (base.length > 3 && base.endsWith('e')) base = base.slice(0, -1);
  return base;
}

function undouble(base: string): string {
  return /([bdfgmnprt])\1$/.test(base) ? base.slice(0, -1) : base;
}

/** Words that say nothing about what a text is about. */
const EMPTY_WORDS = new Set(
  (
    'a an the this that these those my your our their his her its me you him them us i we he she it they who whom which what when where ' +
    'why how and or but if so as at by for from in into of on off out over to up with without about after before between ' +
    'is are was were be been being am do does did done have has had can could will would shall should may might must ' +
    'please also just all any some each every no not only other another same more most less than then there here now ' +
    'new old one two first last next make sure want need like give get take let tell know see find show send use using ' +
    'total time thing things way let lets ok okay thanks thank hello hi dear'
  ).split(' '),
);

/** True for a word that can point to a record: long enough, and not one of those that stand in any sentence. */
export function isTelling(word: string): boolean {
  return (word.length >= 3 || /^\d{2,}$/.test(word)) && !EMPTY_WORDS.has(word);
}
