import { allLocales, base, en, Faker, type LocaleDefinition } from '@faker-js/faker';
import type { Gazetteer } from './gazetteer.ts';
import { createRandom, type Random } from './random.ts';
import { ENGLISH, OTHERS } from './templates.ts';

/** A text with what is named in it. Tags: 1 person, 2 organisation, 3 location, 4 address. */
export interface Labelled {
  readonly text: string;
  readonly spans: readonly { readonly start: number; readonly end: number; readonly tag: number }[];
}

const ORG_ENDS = ['Inc', 'Inc.', 'Ltd', 'Ltd.', 'LLC', 'Corp', 'Corp.', 'Group', 'Holdings', 'GmbH', 'AG', 'SA', 'S.A.', 'PLC', 'plc', 'Co.', 'AB', 'BV', 'Oy', 'SpA', '& Co', '& Sons', 'Limited', 'Corporation', 'Company', 'Partners', 'Associates', 'Solutions', 'Systems', 'Technologies', 'Industries', 'Foundation', 'Labs', 'Software', 'Media', 'Energy', 'Airlines', 'Motors', 'Pharma', 'Capital', 'Insurance', 'Logistics', 'Consulting', 'Records', 'Studios', 'Press', 'Foods', 'Bank', 'International', 'Services', 'Networks', 'Ventures', 'Electric', 'Healthcare']; // prettier-ignore
const ORG_WORDS = ['Global', 'United', 'National', 'First', 'Royal', 'American', 'British', 'European', 'General', 'Pacific', 'Atlantic', 'Northern', 'Southern', 'Western', 'Eastern', 'Central', 'Federal', 'Advanced', 'Digital', 'Green', 'Blue', 'Red', 'Silver', 'Golden', 'Bright', 'Summit', 'Pioneer', 'Liberty', 'Union', 'Metro', 'Data', 'Cloud', 'Solar', 'Smart', 'Prime', 'Alpha', 'Delta', 'Omega', 'Quantum', 'Stellar', 'Apex']; // prettier-ignore
const FIELDS = ['Health', 'Education', 'Justice', 'Transport', 'Energy', 'Science', 'Finance', 'Defence', 'Agriculture', 'Labour', 'Medicine', 'Physics', 'Economics', 'Technology', 'Engineering', 'Foreign Affairs', 'Public Works', 'Arts']; // prettier-ignore
const SYLLABLES = ['ba', 'bel', 'cor', 'dra', 'el', 'fin', 'gra', 'hy', 'in', 'jo', 'kal', 'lum', 'ma', 'nex', 'nov', 'or', 'pal', 'qua', 'ri', 'sol', 'syn', 'ta', 'tri', 'u', 'ver', 'vi', 'wex', 'xe', 'zen', 'zor']; // prettier-ignore
const BRAND_ENDS = ['a', 'ia', 'ix', 'on', 'ex', 'ify', 'ly', 'co', 'tech', 'soft', 'net', 'ware', 'io', 'us', 'o', 'ent', 'is', 'mart', 'pay', 'corp']; // prettier-ignore
export const NOBODY = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday', 'Christmas', 'Easter', 'Ramadan', 'Thanksgiving', 'Halloween', 'English', 'German', 'French', 'Spanish', 'Italian', 'Chinese', 'Japanese', 'Russian', 'Arabic', 'Python', 'Java', 'JavaScript', 'TypeScript', 'Excel', 'Word', 'Windows', 'Linux', 'Android', 'Docker', 'Kubernetes', 'Bluetooth', 'Internet', 'Wi-Fi', 'PDF', 'JSON', 'API', 'HTML', 'CSS', 'SQL', 'GPU', 'Visa', 'Mastercard', 'Bitcoin', 'Ethereum', 'God', 'Bible', 'Quran', 'Shakespearean', 'Catholic', 'Buddhist', 'Islam', 'Christian', 'React', 'Node', 'Photoshop', 'PowerPoint', 'Outlook', 'Chrome', 'Firefox', 'iPhone', 'Pokémon', 'Minecraft', 'Covid', 'Olympics', 'Renaissance', 'Unicode', 'Markdown', 'Django', 'Flask', 'Rust', 'Ruby', 'Swift', 'Scrum', 'Agile', 'Xmas', 'Santa', 'Aries', 'Taurus', 'Gemini', 'Cancer', 'Leo', 'Virgo', 'Libra', 'Scorpio', 'Sagittarius', 'Capricorn', 'Aquarius', 'Pisces', 'Jan', 'Feb', 'Mar', 'Apr', 'Jun', 'Jul', 'Aug', 'Sep', 'Sept', 'Oct', 'Nov', 'Dec', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun', 'Allah', 'Jesus', 'Earth', 'Mars', 'Moon', 'Instagram Story', 'Star Wars', 'Harry Potter', 'Game of Thrones', 'Black Friday', 'World Cup', 'Super Bowl', 'Grammy', 'Oscar', 'Nobel', 'English Breakfast', 'Merry Christmas', 'Happy New Year', 'Full Moon', 'AI', 'CEO', 'DIY', 'PhD', 'FAQ', 'ID', 'OK', 'LOL', 'OMG', 'IMO', 'TV', 'USB', 'PC', 'GDPR', 'IBAN', 'PIN', 'ATM', 'SSN']; // prettier-ignore
const TITLES = ['Mr.', 'Mrs.', 'Ms.', 'Mr', 'Mrs', 'Ms', 'Miss', 'Dr.', 'Dr', 'Prof.', 'Professor', 'Sir', 'President', 'Senator', 'Minister', 'Judge', 'Captain', 'Coach', 'Officer', 'Detective', 'Sister', 'Father', 'Aunt', 'Uncle', 'Queen', 'King', 'Prince', 'Chancellor', 'Rev.']; // prettier-ignore
const UNITS = ['Apt. #', 'Apt #', 'Suite #', 'Unit #', 'Flat #', 'Floor #', 'PO Box #', 'P.O. Box #', '#-#']; // prettier-ignore
const STREET_WORDS = ['Street', 'St', 'St.', 'Avenue', 'Ave', 'Ave.', 'Road', 'Rd', 'Lane', 'Ln', 'Drive', 'Dr', 'Boulevard', 'Blvd', 'Court', 'Way', 'Place', 'Square', 'Terrace', 'Crescent', 'Close', 'Highway', 'Parkway', 'Hill', 'Gardens', 'Row', 'Circle', 'Trail']; // prettier-ignore
const US_STATES = [
  'CA',
  'NY',
  'TX',
  'FL',
  'IL',
  'WA',
  'OH',
  'PA',
  'GA',
  'MA',
  'NC',
  'MI',
  'CO',
  'AZ',
  'OR',
  'VA',
  'NJ',
  'MN',
  'UT',
  'NV',
];
const LATIN = ['en', 'en', 'en', 'en', 'en_GB', 'en_IN', 'en_NG', 'en_ZA', 'en_AU', 'en_GH', 'de', 'fr', 'es', 'it', 'nl', 'pt_BR', 'pt_PT', 'pl', 'cs_CZ', 'sk', 'hr', 'sl_SI', 'sr_RS_latin', 'hu', 'ro', 'sv', 'da', 'nb_NO', 'fi', 'tr', 'id_ID', 'vi', 'az', 'lv', 'af_ZA', 'zu_ZA', 'yo_NG', 'fr_SN', 'es_MX', 'uz_UZ_latin', 'de_CH', 'fr_BE', 'eo']; // prettier-ignore
const LATIN_ONLY = /^[\p{Script=Latin}\p{M}'’ .-]+$/u;

/** Makes labelled texts out of templates. */
export function createGenerator(gazetteer: Gazetteer, seed: number): { next(): Labelled; names: Filler } {
  const random = createRandom(seed);
  const names = createFiller(gazetteer, random, seed);
  return {
    names,
    next() {
      const other = random.chance(0.28) ? random.pick(OTHERS) : undefined;
      const template = random.pick(other?.lines ?? ENGLISH);
      const locale = other === undefined ? random.pick(LATIN) : random.pick(other.locales);
      return disguise(fill(template, locale, names), random, other !== undefined);
    },
  };
}

/** Chat is written without capitals, now and then without an end. */
function disguise(made: Labelled, random: Random, foreign: boolean): Labelled {
  let { text } = made;
  const roll = random.next();
  if (roll < 0.13 && !foreign) text = lowered(text);
  else if (roll < 0.16 && !foreign && text.length < 60) text = raised(text);
  if (random.chance(0.2) && /[.!?]$/.test(text) && made.spans.every(({ end }) => end < text.length))
    text = text.slice(0, -1);
  return { text, spans: made.spans };
}

function lowered(text: string): string {
  const small = text.toLowerCase();
  return small.length === text.length ? small : text;
}

function raised(text: string): string {
  const large = text.toUpperCase();
  return large.length === text.length ? large : text;
}

export interface Filler {
  value(hole: string, locale: string): Labelled;
}

function createFiller(gazetteer: Gazetteer, random: Random, seed: number): Filler {
  const fakers = new Map<string, Faker>();
  const fakerOf = (locale: string): Faker => {
    let faker = fakers.get(locale);
    if (faker === undefined) {
      const own = (allLocales as Record<string, LocaleDefinition>)[locale];
      faker = new Faker({ locale: own === undefined ? [en, base] : [own, en, base] });
      faker.seed(seed + fakers.size);
      fakers.set(locale, faker);
    }
    return faker;
  };
  const namesOf = (map: ReadonlyMap<string, readonly string[]>, locale: string): readonly string[] => {
    const parts = locale.split('_');
    if (locale.startsWith('en') && (map === gazetteer.firstNames ? random.chance(0.5) : random.chance(0.6)))
      return map.get('en-lexicon')!;
    return map.get(locale) ?? map.get(parts[0]!) ?? map.get('en')!;
  };
  const first = (locale: string): string => random.pick(namesOf(gazetteer.firstNames, locale));
  const last = (locale: string): string => {
    // People move, and surnames of one country come with first names of another.
    const from = random.chance(0.15) ? random.pick(LATIN) : locale;
    const name = random.pick(namesOf(gazetteer.surnames, from));
    if (random.chance(0.04)) return `${name}-${random.pick(namesOf(gazetteer.surnames, locale))}`;
    return name;
  };
  const initial = (): string => 'ABCDEFGHJKLMNPRSTW'[random.below(18)]!;
  const full = (locale: string): string => {
    const roll = random.next();
    if (roll < 0.7) return `${first(locale)} ${last(locale)}`;
    if (roll < 0.76) return `${first(locale)} ${initial()}. ${last(locale)}`;
    if (roll < 0.79) return `${initial()}. ${last(locale)}`;
    if (roll < 0.81) return `${initial()}. ${initial()}. ${last(locale)}`;
    if (roll < 0.85) return `${first(locale)} ${first(locale)} ${last(locale)}`;
    if (roll < 0.88) return `${first(locale)} ${last(locale)} ${last(locale)}`;
    if (roll < 0.9)
      return `${first(locale)} ${random.pick(['de', 'van', 'von', 'di', 'da', 'del', 'van der', 'de la', 'bin', 'al'])} ${last(locale)}`;
    if (roll < 0.91) return `${first(locale)} ${last(locale)} Jr.`;
    return roll < 0.96 ? first(locale) : last(locale);
  };
  const city = (): string => {
    // Small places are many, large ones are spoken of more.
    const { cities } = gazetteer;
    const among = random.chance(0.5) ? Math.min(800, cities.length) : cities.length;
    return cities[random.below(among)]!.name;
  };
  const number = (digits: number): string => String(1 + random.below(10 ** digits - 1));
  const brand = (): string => {
    let name = random.pick(SYLLABLES) + random.pick(SYLLABLES);
    if (random.chance(0.3)) name += random.pick(SYLLABLES);
    name += random.pick(BRAND_ENDS);
    return name[0]!.toUpperCase() + name.slice(1);
  };
  const acronym = (): string => Array.from({ length: 2 + random.below(3) }, initial).join('');
  const organisation = (locale: string): string => {
    const roll = random.next();
    if (roll < 0.2) return random.pick(gazetteer.companies);
    if (roll < 0.34) return brand();
    if (roll < 0.44) return `${brand()} ${random.pick(ORG_ENDS)}`;
    if (roll < 0.54) return `${last(locale)} ${random.pick(ORG_ENDS)}`;
    if (roll < 0.6) return `${random.pick(ORG_WORDS)} ${random.pick(ORG_ENDS)}`;
    if (roll < 0.64) return `${random.pick(ORG_WORDS)} ${random.pick(ORG_WORDS)} ${random.pick(ORG_ENDS)}`;
    if (roll < 0.68) return `${last(locale)} & ${last(locale)}`;
    if (roll < 0.7) return `${last(locale)}, ${last(locale)} and ${last(locale)}`;
    if (roll < 0.76)
      return `${random.pick(['University', 'Bank', 'Museum', 'City', 'Port', 'Archdiocese', 'Republic Bank'])} of ${city()}`;
    if (roll < 0.84)
      return `${city()} ${random.pick(['University', 'Hospital', 'United', 'City Council', 'FC', 'Airport', 'College', 'High School', 'Police', 'Times', 'Post', 'Herald', 'Symphony Orchestra', 'Chamber of Commerce'])}`;
    if (roll < 0.88)
      return `${random.pick(['Department', 'Ministry', 'Institute', 'Faculty', 'Office', 'School'])} of ${random.pick(FIELDS)}`;
    if (roll < 0.92) return acronym();
    if (roll < 0.96) return fakerOf(locale).company.name();
    return `${random.pick(ORG_WORDS)} ${random.pick(FIELDS)} ${random.pick(['Association', 'Council', 'Institute', 'Agency', 'Commission', 'Society', 'Union', 'Party'])}`;
  };
  const street = (locale: string): string => {
    if (locale.startsWith('en')) {
      const name = random.pick([
        last(locale),
        first(locale),
        random.pick([
          'Main',
          'Oak',
          'Maple',
          'Church',
          'High',
          'Park',
          'Mill',
          'Lake',
          'River',
          'Hill',
          'Station',
          'Victoria',
          'King',
          'Queen',
          'Washington',
          'North',
          'South',
          'Old',
          'New Creek',
          'Cedar',
          'Sunset',
          `${number(2)}th`,
          '1st',
          '2nd',
          '3rd',
          'West',
          'East',
        ]),
      ]);
      return `${number(1 + random.below(4))} ${random.chance(0.1) ? random.pick(['North ', 'S. ', 'E ', 'West ']) : ''}${name} ${random.pick(STREET_WORDS)}`;
    }
    return fakerOf(locale).location.streetAddress().replaceAll('\n', ' ');
  };
  const unit = (): string => random.pick(UNITS).replaceAll('#', () => number(3));
  const postcode = (locale: string): string => fakerOf(locale).location.zipCode();
  /** Street, unit and code are the address (4), what they are in is a place (3); the tagger joins them again. */
  const address = (locale: string, line: string): Labelled => {
    const text: string[] = [];
    const spans: { start: number; end: number; tag: number }[] = [];
    let length = 0;
    const put = (part: string, tag: number, before: string): void => {
      if (length > 0) {
        text.push(before);
        length += before.length;
      }
      spans.push({ start: length, end: length + part.length, tag });
      text.push(part);
      length += part.length;
    };
    if (random.chance(0.06)) {
      put(
        random.pick([
          `Unit ${number(4)} Box ${number(4)}`,
          `PSC ${number(4)}, Box ${number(4)}`,
          `USS ${last(locale)}`,
          `USNS ${last(locale)}`,
        ]),
        4,
        '',
      );
      put(
        `${random.pick(['APO', 'FPO', 'DPO'])} ${random.pick(['AA', 'AE', 'AP'])} ${number(5).padStart(5, '0')}`,
        4,
        line,
      );
      return { text: text.join(''), spans };
    }
    put(street(locale), 4, '');
    if (random.chance(0.25)) put(unit(), 4, random.chance(0.7) ? line : ' ');
    const roll = random.next();
    const town = city();
    if (roll < 0.15) put(town, 3, line);
    else if (roll < 0.4) {
      put(town, 3, line);
      put(random.pick(US_STATES), 4, random.chance(0.8) ? ', ' : ' ');
      put(number(5).padStart(5, '0'), 4, ' ');
    } else if (roll < 0.6) {
      put(town, 3, line);
      put(postcode(locale), 4, ' ');
    } else if (roll < 0.85) {
      put(postcode(locale), 4, line);
      put(town, 3, ' ');
    }
    if (random.chance(0.3)) {
      put(random.pick(gazetteer.countries), 3, line);
      if (random.chance(0.2)) put(postcode(locale), 4, ' ');
    }
    return { text: text.join(''), spans };
  };

  const date = (): string =>
    random.pick([
      `${1 + random.below(28)}/${1 + random.below(12)}/${1950 + random.below(75)}`,
      `${1950 + random.below(75)}`,
      `${random.pick(NOBODY.slice(0, 12))} ${1 + random.below(28)}`,
      `${1 + random.below(28)} ${random.pick(NOBODY.slice(0, 12))} ${1990 + random.below(36)}`,
      random.pick(NOBODY.slice(12, 19)),
    ]);
  const fillers: Readonly<Record<string, (locale: string) => string | Labelled>> = {
    P: full, F: first, L: last, O: organisation, C: city, R: street,
    N: () => (random.chance(0.1) ? random.pick(['US', 'USA', 'UK', 'UAE', 'EU', 'U.S.', 'NYC', 'LA', 'DC', 'SF']) : random.pick(gazetteer.countries)),
    S: () => random.pick(gazetteer.states),
    A: (locale) => address(locale, random.chance(0.75) ? ', ' : random.chance(0.5) ? '\n' : ' '),
    AL: (locale) => address(locale, '\n'),
    T: () => random.pick(TITLES),
    '#': () => number(1 + random.below(3)),
    D: date,
    E: (locale) => fakerOf(locale).internet.exampleEmail(),
    H: () => `${number(3)}-${number(3)}-${number(4)}`,
    J: (locale) => fakerOf(locale.startsWith('en') ? 'en' : locale).person.jobTitle(),
    M: () => `${random.pick(['$', '€', '£', 'EUR ', 'USD '])}${number(3)}`,
    W: () => (random.chance(0.2) ? random.pick(gazetteer.demonyms) : random.pick(NOBODY)),
  }; // prettier-ignore
  return {
    value(hole, locale) {
      const make = fillers[hole];
      if (make === undefined) throw new RangeError(`no hole is called ${hole}`);
      let made = make(locale);
      if (typeof made === 'string' && hole in TAG_OF && random.chance(0.04)) made = raised(made);
      if (typeof made !== 'string') return made;
      const tag = TAG_OF[hole];
      return { text: made, spans: tag === undefined ? [] : [{ start: 0, end: made.length, tag }] };
    },
  };
}

const TAG_OF: Readonly<Record<string, number>> = { P: 1, F: 1, L: 1, O: 2, C: 3, N: 3, S: 3, R: 4 };

export function fill(template: string, locale: string, names: Filler): Labelled {
  let text = '';
  const spans: { start: number; end: number; tag: number }[] = [];
  let at = 0;
  for (const match of template.matchAll(/\{(AL|[A-Z#])\}/g)) {
    text += template.slice(at, match.index);
    const value = names.value(match[1]!, locale);
    for (const { start, end, tag } of value.spans)
      spans.push({ start: text.length + start, end: text.length + end, tag });
    text += value.text;
    at = match.index + match[0].length;
  }
  return { text: text + template.slice(at), spans };
}

export function isLatin(name: string): boolean {
  return LATIN_ONLY.test(name);
}
