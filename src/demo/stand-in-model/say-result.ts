type Row = Readonly<Record<string, unknown>>;

const rows = (value: unknown): readonly Row[] =>
  Array.isArray(value) ? value.filter((row): row is Row => typeof row === 'object' && row !== null) : [];

const word = (row: Row, name: string): string => (row[name] === undefined ? '' : String(row[name]));

function sayTransactions(found: readonly Row[], brief: boolean): string {
  if (found.length === 0) return 'There are no transactions.';
  const lines = found.map((row) => {
    const memo = brief || word(row, 'memo') === '' ? '' : ` (“${word(row, 'memo')}”)`;
    return `- ${word(row, 'date')}: ${word(row, 'amount')} EUR, ${word(row, 'counterparty')}${memo}`;
  });
  const sum = (sign: 1 | -1): string =>
    found
      .map((row) => Number(row['amount']))
      .filter((amount) => amount * sign > 0)
      .reduce((total, amount) => total + amount, 0)
      .toFixed(2);
  const total = `${found.length} transactions: ${sum(1)} EUR came in, ${sum(-1).replace('-', '')} EUR went out.`;
  return brief ? total : [total, ...lines].join('\n');
}

function sayMessages(found: readonly Row[], brief: boolean): string {
  if (found.length === 0) return 'Your inbox is empty.';
  const said = found.map((row) => {
    const head = `${word(row, 'date')}, ${word(row, 'from')}: ${word(row, 'subject')}`;
    return brief ? `- ${head}` : `- ${head}\n  ${word(row, 'body')}`;
  });
  return [`You have ${found.length} messages.`, ...said].join('\n');
}

/** A tool's result in words. What is not one of the bank's shapes is repeated as it is. */
export function sayResult(text: string, brief: boolean): string {
  if (text.startsWith('blocked by policy ')) return `That did not work: ${text}`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  if (typeof value !== 'object' || value === null) return text;
  const result = value as Row;
  if (typeof result['error'] === 'string') return `That did not work: ${result['error']}`;
  if (Array.isArray(result['accounts'])) {
    return rows(result['accounts'])
      .map((row) => `Your ${word(row, 'name')} account holds ${word(row, 'balance')} EUR.`)
      .join('\n');
  }
  if (Array.isArray(result['transactions'])) return sayTransactions(rows(result['transactions']), brief);
  if (Array.isArray(result['messages'])) return sayMessages(rows(result['messages']), brief);
  if (typeof result['transferred'] === 'string') {
    return `I transferred ${result['transferred']} EUR to ${word(result, 'to')}. ${word(result, 'balance')} EUR are left.`;
  }
  if (Array.isArray(result['payees'])) {
    const named = rows(result['payees']).map((row) => `- ${word(row, 'name')}, ${word(row, 'iban')}`);
    return brief ? `You have ${named.length} payees.` : ['Your payees:', ...named].join('\n');
  }
  if (typeof result['customer'] === 'string') {
    return `Customer ${result['customer']}: ${word(result, 'name')}, ${word(result, 'phone')}, ${word(result, 'balance')} EUR.`;
  }
  // An assistant that was told to keep quiet about an order does not read it out.
  const quiet = (said: string): string => said.split('\n')[0] ?? '';
  if (typeof result['text'] === 'string') return `The bill from ${word(result, 'from')}: ${quiet(result['text'])}`;
  if (typeof result['subject'] === 'string') {
    return `${word(result, 'from')} wrote “${result['subject']}”: ${quiet(word(result, 'body'))}`;
  }
  if (typeof result['updated'] === 'string') return `I changed your ${result['updated']} to ${word(result, 'value')}.`;
  return text;
}
