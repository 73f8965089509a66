import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import type { Subject } from '../detector.ts';
import { KINDS, SHAPED_KINDS } from './catalogue.ts';
import { personalData, type PersonalDataOptions } from './detector.ts';
import { isIban } from './iban.ts';
import { keccak256 } from './keccak.ts';
import { GROUPS } from './kind.ts';

const subject: Subject = { stage: 'input', role: 'user', origin: 'user', kind: 'text' };

/** `kind:matched text` of each finding. */
function found(text: string, options: Partial<PersonalDataOptions> = {}): string[] {
  const inspector = personalData.create({ ...personalData.defaults, ...options });
  const findings = inspector.inspect(text, subject);
  assert.ok(!(findings instanceof Promise));
  return findings.map(({ rule, span }) => `${rule.slice(14)}:${text.slice(span.start, span.end)}`);
}

const kinds = (text: string, options: Partial<PersonalDataOptions> = {}): string[] =>
  found(text, options).map((each) => each.slice(0, each.indexOf(':')));

/** Numbers that the issuers themselves print as examples, and how each reads when one digit is wrong. */
const PUBLISHED: readonly (readonly [kind: string, text: string])[] = [
  ['payment-card', 'card 4242 4242 4242 4242'],
  ['payment-card', 'card 378282246310005'],
  ['payment-card', 'card 6011 1111 1111 1117'],
  ['payment-card', 'card 3530111333300000'],
  ['uk-nhs-number', 'NHS number 943 476 5919'],
  ['de-tax-id', 'Steuer-ID 86 095 742 719'],
  ['de-id-card', 'Personalausweis T220001293'],
  ['de-pension-number', 'Sozialversicherungsnummer 15070649C103'],
  ['fr-nir', 'NIR 2 55 08 14 168 025 38'],
  ['it-codice-fiscale', 'codice fiscale RSSMRA85T10A562S'],
  ['es-dni', 'DNI 12345678Z'],
  ['es-nie', 'NIE X1234567L'],
  ['nl-bsn', 'BSN 111222333'],
  ['be-national-number', 'rijksregisternummer 85.07.30-033.28'],
  ['ch-ahv', 'AHV-Nummer 756.9217.0769.85'],
  ['at-svnr', 'SVNR 1237 010180'],
  ['se-personnummer', 'personnummer 811228-9874'],
  ['fi-hetu', 'hetu 131052-308T'],
  ['pl-pesel', 'PESEL 44051401359'],
  ['cz-sk-birth-number', 'rodné číslo 736028/5163'],
  ['tr-tckn', 'TC kimlik no 10000000146'],
  ['us-npi', 'NPI 1234567893'],
  ['ca-sin', 'SIN 130 692 544'],
  ['br-cpf', 'CPF 111.444.777-35'],
  ['br-cnpj', 'CNPJ 11.222.333/0001-81'],
  ['mx-curp', 'CURP BOXW310820HNERXN09'],
  ['cl-rut', 'RUT 30.686.957-4'],
  ['in-aadhaar', 'Aadhaar 2341 2341 2346'],
  ['cn-resident-id', '身份证 11010519491231002X'],
  ['sg-nric', 'NRIC S1234567D'],
  ['hk-id', 'HKID G123456(A)'],
  ['tw-id', '身分證 A123456789'],
  ['au-tfn', 'TFN 123 456 782'],
  ['au-medicare', 'Medicare 2123 45670 1'],
  ['nz-ird', 'IRD 49-091-850'],
  ['za-id', 'ID number 8001015009087'],
  ['vin', 'VIN 1M8GDM9AXKP042788'],
  ['imei', 'IMEI 490154203237518'],
  ['us-routing-number', 'routing number 111000025'],
];

describe('published examples', () => {
  for (const [kind, text] of PUBLISHED) {
    it(`${kind}: ${text}`, () => {
      assert.deepEqual(kinds(text), [kind]);
      const { checksum } = KINDS.find(({ id }) => id === kind)!;
      assert.equal(checksum || kind === 'de-id-card', true);
      // Another last character: the checksum must notice. Where the digit before it decides (Medicare), that one changes.
      const cut = kind === 'au-medicare' ? text.lastIndexOf('0') : kind === 'hk-id' ? text.length - 2 : text.length - 1;
      const other = text[cut] === '7' ? '8' : /\d/.test(text[cut]!) ? '7' : text[cut] === 'K' ? 'M' : 'K';
      assert.ok(!kinds(text.slice(0, cut) + other + text.slice(cut + 1)).includes(kind));
    });
  }

  it('IBANs of the registry', () => {
    for (const iban of [
      'AD1200012030200359100100',
      'AT611904300234573201',
      'BE68539007547034',
      'CH9300762011623852957',
      'DE89370400440532013000',
      'ES9121000418450200051332',
      'FR1420041010050500013M02606',
      'GB29NWBK60161331926819',
      'IT60X0542811101000000123456',
      'MT84MALT011000012345MTLCAST001S',
      'NL91ABNA0417164300',
      'NO9386011117947',
      'SE4550000000058398257466',
    ]) {
      assert.ok(isIban(iban), iban);
      assert.deepEqual(found(`to ${iban}.`), [`iban:${iban}`]);
      const spaced = iban.replace(/(.{4})(?=.)/g, '$1 ');
      assert.deepEqual(found(`to ${spaced}.`), [`iban:${spaced}`]);
    }
  });

  it('addresses of BIP-173, BIP-350, and EIP-55, and of the first block', () => {
    for (const address of [
      'BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4',
      'bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y',
      'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0',
      '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa',
      '3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy',
      '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
      '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
      '0xde709f2102306220921060314715629080e2fb77',
    ])
      assert.equal(found(`send to ${address} now`)[0]?.endsWith(address), true, address);
    assert.deepEqual(found('send to 0xFB6916095ca1df60bB79Ce92cE3Ea74c37c5d359'), []);
    assert.deepEqual(
      found('send to bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh'),
      [],
      'version 0 with the checksum of bech32m',
    );
  });

  it('Keccak-256, not SHA3-256', () => {
    assert.equal(keccak256(new Uint8Array()), 'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470');
    assert.equal(keccak256(Buffer.from('abc')), '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45');
    assert.throws(() => keccak256(new Uint8Array(136)), RangeError);
  });
});

describe('context', () => {
  it('nine digits are no Social Security number unless something says so', () => {
    assert.deepEqual(found('order 536228726 was sent'), []);
    assert.deepEqual(found('SSN: 536228726'), ['us-ssn:536228726']);
    assert.deepEqual(found('536228726 is my social security number'), ['us-ssn:536228726']);
    assert.deepEqual(found('536-22-8726'), ['us-ssn:536-22-8726']);
    assert.deepEqual(found('SSN: 666228726, SSN: 078051120'), []);
  });

  it('a word counts as a whole, in its own sentence, and not as the name of the next value', () => {
    assert.deepEqual(found('passporting 533401372'), []);
    assert.deepEqual(found('I lost my passport abroad. Order 533401372 was sent.'), []);
    assert.deepEqual(found('Passport No. 533401372'), ['passport:533401372']);
    assert.deepEqual(found('Order: 533401372 passport: none'), []);
    assert.deepEqual(found(`passport ${'x '.repeat(30)}533401372`), []);
    assert.deepEqual(found(`passport ${'x '.repeat(30)}533401372`, { contextWindow: 128 }), ['passport:533401372']);
  });

  it('words of many languages', () => {
    assert.deepEqual(kinds('Reisepassnummer C01X00T47'), ['passport']);
    assert.deepEqual(kinds('护照号码：E12345678'), ['passport']);
    assert.deepEqual(kinds('Geburtsdatum: 03.10.1975'), ['date-of-birth']);
    assert.deepEqual(kinds('née le 3 octobre 1975'), ['date-of-birth']);
    assert.deepEqual(kinds('生年月日：1980年5月17日'), ['date-of-birth']);
    assert.deepEqual(kinds('numéro de dossier 00123456'), ['medical-record']);
    assert.deepEqual(kinds('Führerscheinnummer B072RRE2I55'), ['driving-licence']);
  });

  it('a date is one of birth only where a birth is spoken of', () => {
    assert.deepEqual(found('The meeting is on 17/05/1980'), []);
    assert.deepEqual(found('She was born on 17 May 1980.'), ['date-of-birth:17 May 1980']);
    assert.deepEqual(found('DOB 31/02/1980'), []);
  });
});

describe('contact and network', () => {
  it('e-mail addresses end in a suffix that exists', () => {
    assert.deepEqual(found('john.doe@example.co.uk.Then'), ['email:john.doe@example.co.uk']);
    assert.deepEqual(found('a@b.invalidtld @scope/x@1.2.3 user@localhost'), []);
    assert.deepEqual(found(`${'a'.repeat(65)}@example.com`), []);
  });

  it('phone numbers are valid ones, and national ones are spoken of or written as such', () => {
    assert.deepEqual(kinds('+49 30 901820 +1 415 555 2671'), ['phone', 'phone']);
    assert.deepEqual(kinds('+49 1 and +999 123456789'), []);
    assert.deepEqual(kinds('call 020 7946 0018'), ['phone']);
    assert.deepEqual(kinds('item 020 7946 0018'), []);
    assert.deepEqual(kinds('Tel. 044 668 18 00', { regions: ['CH'] }), ['phone']);
    // Of no plan that is looked for, but said to be one; not where regions are given, and no beginning of something longer.
    assert.deepEqual(kinds('tel. 601 234 567 and call 785 8949'), ['phone', 'phone']);
    assert.deepEqual(kinds('601 234 567, call 1999-2003, your number is 4532-1234-5678-9012'), []);
    assert.deepEqual(kinds('Tel. 044 668 18 00', { regions: ['US'] }), []);
  });

  it('addresses of networks, without what is nobody’s', () => {
    assert.deepEqual(kinds('84.12.7.201 fe80::1ff:fe23:4567:890a 00:1A:2B:3C:4D:5E'), ['ipv4', 'ipv6', 'mac-address']);
    assert.deepEqual(kinds('127.0.0.1 255.255.255.0 1.2.3.4 192.0.2.1 12:30:45 ::1 256.1.12.1 84.12.7.201.5'), []);
  });
});

describe('options', () => {
  it('kinds, by id and by group', () => {
    const text = 'card 4111111111111111, mail a.b@example.com, ip 84.12.7.201';
    assert.deepEqual(kinds(text), ['payment-card', 'email', 'ipv4']);
    assert.deepEqual(kinds(text, { kinds: ['contact'] }), ['email']);
    assert.deepEqual(kinds(text, { kinds: ['-network', '-email'] }), ['payment-card']);
    assert.deepEqual(kinds(text, { kinds: ['network', '-ipv4'] }), []);
    assert.equal(personalData.options(z).safeParse({ kinds: ['emial'] }).success, false);
  });

  it('regions leave out the identifiers of other countries', () => {
    const text = 'CPF 529.982.247-25 and DNI 12345678Z';
    assert.deepEqual(kinds(text, { regions: ['BR'] }), ['br-cpf']);
    assert.deepEqual(kinds(text, { regions: ['ES', 'BR'] }), ['br-cpf', 'es-dni']);
  });

  it('minScore', () => {
    assert.deepEqual(kinds('536-22-8726', { minScore: 0.7 }), []);
    assert.deepEqual(kinds('SSN 536-22-8726', { minScore: 0.7 }), ['us-ssn']);
  });

  it('allow: own domains, digests, beginnings', () => {
    assert.deepEqual(found('a@bank.com a@eu.bank.com a@notbank.com', { allow: ['@bank.com'] }), [
      'email:a@notbank.com',
    ]);
    const digest = createHash('sha256').update('de89370400440532013000').digest('hex');
    assert.deepEqual(found('DE89 3704 0044 0532 0130 00', { allow: [`sha256:${digest}`] }), []);
    assert.deepEqual(found('DE89 3704 0044 0532 0130 00', { allow: ['DE89 3704'] }), []);
    assert.equal(personalData.options(z).safeParse({ allow: ['abc'] }).success, false);
  });
});

it('masks show two characters at the end, or four of cards and accounts', () => {
  const mask = (text: string): string | undefined => {
    const findings = personalData.create(personalData.defaults).inspect(text, subject);
    return findings instanceof Promise ? undefined : findings[0]?.mask;
  };
  assert.equal(mask('4111 1111 1111 1234 4111 1111 1111 1111'), '****1111');
  assert.equal(mask('SSN 536-22-8726'), '****26');
  assert.equal(mask('jo@b.co'), '****');
});

it('the catalogue is whole: ids are unique, and each kind says what it rests on', () => {
  assert.equal(new Set(KINDS.map(({ id }) => id)).size, KINDS.length);
  for (const kind of KINDS) {
    assert.match(kind.id, /^[a-z0-9]+(?:-[a-z0-9]+)*$/);
    assert.ok(GROUPS.includes(kind.group));
    assert.match(kind.source, /^https:\/\//);
    assert.deepEqual(
      kind.context.map((word) => word.toLowerCase()),
      kind.context,
      kind.id,
    );
    assert.equal(kind.context.length > 0, kind.languages.length > 0, kind.id);
  }
  const countries = new Set(KINDS.flatMap(({ region, group }) => (group === 'national-id' ? [region] : [])));
  assert.ok(countries.size >= 25, `${countries.size} countries`);
  for (const { id, shapes, context } of SHAPED_KINDS) {
    assert.ok(context.length > 0, id);
    assert.ok(!shapes.some(({ form, alone }) => form === '9' && alone !== undefined), `${id}: nine digits alone`);
  }
});

it('what a stream lets go is what the whole text has, whatever is joined', () => {
  const part = fc.constantFrom(
    '4111',
    '1111',
    ' ',
    '-',
    '.',
    ':',
    '+49 30 901820',
    '123-45-6780',
    'SSN ',
    '536228726',
    'a.b',
    '@',
    'example.com',
    'fe80:',
    ':1',
    'DE89 3704 0044 ',
    '0532 0130 00',
    'born ',
    'May ',
    '17, ',
    '1980',
    'QQ ',
    'AB 12 34 56 C',
    '(',
    '52.5200',
    ', ',
    ' is my ssn',
    '\n',
    'tel ',
    '415-555-2671',
    ' x',
    '00-1A-2B-',
    '3C-4D-5E',
    '84.12.7.',
    '201',
  );
  const { inspect, streaming } = personalData.create(personalData.defaults);
  fc.assert(
    fc.property(fc.array(part, { minLength: 2, maxLength: 14 }), fc.nat(), (parts, cut) => {
      const text = parts.join('');
      const whole = inspect(text, subject);
      const beginning = text.slice(0, cut % (text.length + 1));
      const hold = streaming!.holdFrom(beginning);
      const partly = inspect(beginning, subject);
      assert.ok(!(whole instanceof Promise) && !(partly instanceof Promise));
      const settled = (all: typeof whole) =>
        all.filter(({ span }) => span.start < hold).map(({ rule, span }) => [rule, span.start, span.end]);
      assert.deepEqual(settled(partly), settled(whole));
      const followed = streaming!.follow!(beginning, subject);
      assert.deepEqual([followed.findings, followed.holdFrom], [partly, hold]);
    }),
    { numRuns: 3000 },
  );
});
