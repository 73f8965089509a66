import { isDigits, luhn } from '../checksum.ts';
import type { Kind, ShapedKind } from '../kind.ts';

/** First digits and lengths of what is issued (ISO/IEC 7812; the networks' own bulletins). */
const ISSUERS: readonly (readonly [from: number, to: number, digits: number, lengths: readonly number[]])[] = [
  [4, 4, 1, [13, 16, 19]], // Visa
  [51, 55, 2, [16]], // Mastercard
  [2221, 2720, 4, [16]], // Mastercard
  [34, 34, 2, [15]], // American Express
  [37, 37, 2, [15]],
  [6011, 6011, 4, [16, 17, 18, 19]], // Discover
  [644, 649, 3, [16, 17, 18, 19]],
  [65, 65, 2, [16, 17, 18, 19]],
  [62, 62, 2, [16, 17, 18, 19]], // UnionPay
  [81, 81, 2, [16, 17, 18, 19]],
  [1800, 1800, 4, [15]], // JCB's first numbers
  [2131, 2131, 4, [15]],
  [3528, 3589, 4, [16, 17, 18, 19]], // JCB
  [300, 305, 3, [14, 16, 19]], // Diners Club
  [36, 36, 2, [14, 16, 19]],
  [38, 39, 2, [14, 16, 19]],
  [50, 50, 2, [13, 14, 15, 16, 17, 18, 19]], // Maestro
  [56, 58, 2, [13, 14, 15, 16, 17, 18, 19]],
  [60, 60, 2, [16, 17, 18, 19]], // RuPay and Maestro
  [63, 63, 2, [16, 17, 18, 19]],
  [67, 67, 2, [13, 14, 15, 16, 17, 18, 19]],
  [2200, 2204, 4, [16, 17, 18, 19]], // Mir
];

export function isCardNumber(digits: string): boolean {
  const issued = ISSUERS.some(([from, to, places, lengths]) => {
    const first = Number(digits.slice(0, places));
    return from <= first && first <= to && lengths.includes(digits.length);
  });
  return issued && luhn(digits);
}

const CARD_WORDS = [
  'card', 'cards', 'credit', 'debit', 'visa', 'mastercard', 'amex', 'american express', 'maestro', 'discover', 'cc', 'pan',
  'karte*', 'kreditkarte*', 'carte', 'tarjeta*', 'cartão', 'carta di credito', 'creditcard', 'kreditkort', 'karta', 'karty',
  'クレジットカード', 'カード', '信用卡', '银行卡', '카드', 'карта', 'карты', 'kredi kartı',
]; // prettier-ignore

export const CARD: ShapedKind = {
  id: 'payment-card',
  group: 'finance',
  title: 'a payment card number',
  severity: 'high',
  checksum: true,
  context: CARD_WORDS,
  languages: ['en', 'de', 'fr', 'es', 'pt', 'it', 'nl', 'sv', 'pl', 'ja', 'zh', 'ko', 'ru', 'tr'],
  source: 'https://www.iso.org/standard/70484.html',
  shown: 4,
  shapes: [
    { form: '4 4 4 4', alone: 0.95 },
    { form: '4-4-4-4', alone: 0.95 },
    { form: '4.4.4.4', alone: 0.9 },
    { form: '4 6 5', alone: 0.95 },
    { form: '4-6-5', alone: 0.95 },
    { form: '4 6 4', alone: 0.9 },
    { form: '4-6-4', alone: 0.9 },
    { form: '4 4 4 4 3', alone: 0.9 },
    { form: '4-4-4-4-3', alone: 0.9 },
    { form: '6 13', alone: 0.8 },
    { form: '15', alone: 0.8 },
    { form: '16', alone: 0.85 },
    { form: '13' },
    { form: '14' },
    { form: '17' },
    { form: '18' },
    { form: '19' },
  ],
  check: isCardNumber,
};

export const BIC: ShapedKind = {
  id: 'bic',
  group: 'finance',
  title: 'a bank identifier code',
  severity: 'low',
  checksum: false,
  context: [
    'bic',
    'swift',
    'swift-code',
    'bic/swift',
    'swift/bic',
    'bic-code',
    'swiftcode',
    'código swift',
    'code bic',
  ],
  languages: ['en', 'de', 'fr', 'es', 'it', 'nl'],
  source: 'https://www.iso.org/standard/84108.html',
  shapes: [{ form: 'X8' }, { form: 'X11' }],
  asWritten: true,
  // Four letters, a country, two alphanumerics of which the first is no 0 or 1, and perhaps a branch.
  check: (code) =>
    /^[A-Z]{4}[A-Z]{2}[A-Z2-9][A-NP-Z0-9](?:[A-Z0-9]{3})?$/.test(code) && COUNTRIES.has(code.slice(4, 6)),
};

const COUNTRIES = new Set(
  (
    'AD AE AF AG AI AL AM AO AR AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS BT BW BY BZ CA CD CF CG CH CI ' +
    'CK CL CM CN CO CR CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM ' +
    'GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA ' +
    'LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MH MK ML MM MN MO MQ MR MS MT MU MV MW MX MY MZ NA NC NE NG NI NL NO ' +
    'NP NR NU NZ OM PA PE PF PG PH PK PL PM PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SK SL SM SN SO SR ' +
    'SS ST SV SY SZ TC TD TG TH TJ TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VN VU WF WS XK YE YT ZA ZM ZW'
  ).split(' '),
);

/** Found by `iban.ts`, which knows the countries' lengths. */
export const IBAN: Kind = {
  id: 'iban',
  group: 'finance',
  title: 'an IBAN',
  severity: 'high',
  checksum: true,
  context: [],
  languages: [],
  source: 'https://www.swift.com/standards/data-standards/iban-international-bank-account-number',
  shown: 4,
};

export const US_ROUTING: ShapedKind = {
  id: 'us-routing-number',
  group: 'finance',
  title: 'a US bank routing number',
  severity: 'low',
  region: 'US',
  checksum: true,
  context: ['routing', 'routing number', 'aba', 'rtn', 'routing no'],
  languages: ['en'],
  source: 'https://www.aba.com/news-research/analysis-guides/routing-number-policy-procedures',
  shapes: [{ form: '9' }],
  check: (d) => {
    const first = Number(d.slice(0, 2));
    if (!((first >= 1 && first <= 12) || (first >= 21 && first <= 32) || (first >= 61 && first <= 72) || first === 80))
      return false;
    let sum = 0;
    for (let i = 0; i < 9; i++) sum += (d.charCodeAt(i) - 48) * [3, 7, 1][i % 3]!;
    return isDigits(d) && sum % 10 === 0;
  },
};
