/** One card payment as the log has it. Times in seconds. */
export interface Payment {
  readonly time: number;
  readonly customer: number;
  readonly terminal: number;
  readonly amount: number;
  readonly fraud: number;
}

export const FEATURES = [
  'amount',
  'weekend',
  'night',
  'customer_count_1d',
  'customer_mean_1d',
  'customer_count_7d',
  'customer_mean_7d',
  'customer_count_30d',
  'customer_mean_30d',
  'terminal_count_1d',
  'terminal_risk_1d',
  'terminal_count_7d',
  'terminal_risk_7d',
  'terminal_count_30d',
  'terminal_risk_30d',
] as const;

const DAY = 86_400;
const WINDOWS = [1, 7, 30];
/** Fraud is known a week later: a terminal's risk looks at windows that end a week ago. */
const DELAY = 7;

/**
 * Features of each payment, [payments, 15]: what the customer did before it (this payment left out, so that an attacker cannot touch it), and how much
 * fraud the terminal had in windows that end a week before.
 * @param payments by rising time
 * @param weekday day of the week on which day 0 of the times fell, 0 Sunday
 */
export function paymentFeatures(payments: readonly Payment[], weekday: number): Float32Array {
  const width = FEATURES.length;
  const rows = new Float32Array(payments.length * width);
  const customers = new Map<number, Past>();
  const terminals = new Map<number, Past>();
  payments.forEach((payment, index) => {
    const at = index * width;
    const day = Math.floor(payment.time / DAY);
    const hour = Math.floor((payment.time % DAY) / 3600);
    rows[at] = payment.amount;
    rows[at + 1] = Number([0, 6].includes((day + weekday) % 7));
    rows[at + 2] = Number(hour <= 6);
    const customer = of(customers, payment.customer);
    const terminal = of(terminals, payment.terminal);
    WINDOWS.forEach((days, window) => {
      const [count, sum] = customer.between(payment.time - days * DAY, payment.time);
      rows[at + 3 + window * 2] = count;
      rows[at + 4 + window * 2] = count === 0 ? 0 : sum / count;
      const end = payment.time - DELAY * DAY;
      const [seen, frauds] = terminal.between(end - days * DAY, end);
      rows[at + 9 + window * 2] = seen;
      rows[at + 10 + window * 2] = seen === 0 ? 0 : frauds / seen;
    });
    customer.add(payment.time, payment.amount);
    terminal.add(payment.time, payment.fraud);
  });
  return rows;
}

function of(all: Map<number, Past>, key: number): Past {
  let past = all.get(key);
  if (past === undefined) all.set(key, (past = new Past()));
  return past;
}

/** Values by time, with their running sums. */
class Past {
  readonly #times: number[] = [];
  readonly #sums: number[] = [0];

  add(time: number, value: number): void {
    this.#times.push(time);
    this.#sums.push(this.#sums.at(-1)! + value);
  }

  /** Count and sum of what happened from `from` (included) to `to` (not included). */
  between(from: number, to: number): [number, number] {
    const [first, last] = [this.#before(from), this.#before(to)];
    return [last - first, this.#sums[last]! - this.#sums[first]!];
  }

  #before(time: number): number {
    let [low, high] = [0, this.#times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#times[middle]! < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
