import { isFault } from '../../core/fault.ts';
import { table } from '../../core/table.ts';
import { PROFILE_FIELDS } from './open-bank.ts';
import type { Bank } from './open-bank.ts';

/** A tool in the form that chat completions takes. */
export interface ToolOffer {
  readonly type: 'function';
  readonly function: { readonly name: string; readonly description: string; readonly parameters: object };
}

type Arguments = Readonly<Record<string, unknown>>;

interface BankTool {
  readonly description: string;
  readonly parameters: object;
  run(bank: Bank, given: Arguments): object;
}

const text = { type: 'string' };

function object(properties: Readonly<Record<string, object>>, required: readonly string[]): object {
  return { type: 'object', properties, required, additionalProperties: false };
}

const TOOLS: Readonly<Record<string, BankTool>> = table({
  get_balance: {
    description: "Balances of the customer's accounts, in euros.",
    parameters: object({ account: { ...text, enum: ['current', 'savings'] } }, []),
    run: (bank, { account }) => ({
      accounts: bank
        .accounts()
        .filter(({ id }) => account === undefined || id === account)
        .map(({ name, balance }) => ({ name, balance })),
    }),
  },
  list_transactions: {
    description: 'The latest transactions of the current account with their memos, newest first.',
    parameters: object({ limit: { type: 'integer', minimum: 1, maximum: 50 } }, []),
    run: (bank, { limit }) => ({
      transactions: bank.transactions(Math.min(50, Math.max(1, Math.trunc(Number(limit ?? 10)) || 10))),
    }),
  },
  read_messages: {
    description: "The messages in the customer's inbox, newest first.",
    parameters: object({}, []),
    run: (bank) => ({ messages: bank.messages() }),
  },
  list_payees: {
    description: 'The payees that the customer has saved, with their IBANs.',
    parameters: object({}, []),
    run: (bank) => ({ payees: bank.payees() }),
  },
  read_bill: {
    description: "Opens the newest bill of a sender in the customer's document box.",
    parameters: object({ from: text }, ['from']),
    run: (bank, { from }) => bank.bill(String(from ?? '')),
  },
  read_email: {
    description: "Opens the newest e-mail of a sender in the customer's mailbox.",
    parameters: object({ from: text }, ['from']),
    run: (bank, { from }) => bank.email(String(from ?? '')),
  },
  get_customer: {
    description: 'The record of a customer of the bank: name, phone, balance.',
    parameters: object({ customer: { ...text, description: 'Customer number: 1001' } }, ['customer']),
    run: (bank, { customer }) => bank.customer(String(customer ?? '')),
  },
  transfer: {
    description: 'Transfers euros from the current account to a payee, an own account or an IBAN.',
    parameters: object({ to: text, amount: { ...text, description: 'Euros: 20 or 20.50' }, reference: text }, [
      'to',
      'amount',
    ]),
    run(bank, { to, amount, reference }) {
      const order = { to: String(to ?? ''), amount: typeof amount === 'number' ? amount : String(amount ?? '') };
      const done = bank.transfer(typeof reference === 'string' ? { ...order, reference } : order);
      return { transferred: done.amount, to: done.to, balance: done.balance };
    },
  },
  update_profile: {
    description: "Changes one field of the customer's profile.",
    parameters: object({ field: { ...text, enum: PROFILE_FIELDS }, value: text }, ['field', 'value']),
    run(bank, given) {
      const field = PROFILE_FIELDS.find((name) => name === given['field']);
      if (field === undefined) return { error: `The profile has only ${PROFILE_FIELDS.join(', ')}.` };
      bank.updateProfile(field, String(given['value'] ?? ''));
      return { updated: field, value: String(given['value']) };
    },
  },
});

/** What the assistant offers to the model. */
export const TOOL_OFFERS: readonly ToolOffer[] = Object.entries(TOOLS).map(([name, { description, parameters }]) => ({
  type: 'function',
  function: { name, description, parameters },
}));

export const CHANGING_TOOLS: ReadonlySet<string> = new Set(['transfer', 'update_profile']);

/** Runs a tool. What cannot be done comes back as `{ error }`, which the model reads like any result. */
export function runTool(bank: Bank, name: string, argumentsText: string): object {
  const tool = TOOLS[name];
  if (tool === undefined) return { error: `There is no tool ${name}.` };
  let given: unknown;
  try {
    given = JSON.parse(argumentsText === '' ? '{}' : argumentsText);
  } catch {
    return { error: 'The arguments are not JSON.' };
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return { error: 'The arguments are no object.' };
  try {
    return tool.run(bank, given as Arguments);
  } catch (error) {
    if (isFault(error) && error.code === 'ERR_REQUEST_INVALID') return { error: error.message };
    throw error;
  }
}
