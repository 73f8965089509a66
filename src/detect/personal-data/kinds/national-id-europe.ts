import { iso1110, isDay, isRepeated, luhn, modulo, pair, valueAt, weighted } from '../checksum.ts';
import { nationalId } from '../national-id.ts';
import type { ShapedKind } from '../kind.ts';

const last = (text: string): number => valueAt(text, text.length - 1);
const GERMAN = ['de'];
const DOCUMENT_WEIGHTS = [7, 3, 1, 7, 3, 1, 7, 3, 1];

export const EUROPEAN_IDS: readonly ShapedKind[] = [
  nationalId('uk-nino', 'a UK National Insurance number', 'GB', {
    shapes: [
      { form: 'AA6A', alone: 0.6 },
      { form: 'AA 2 2 2 A', alone: 0.8 },
      { form: 'AA 6 A', alone: 0.6 },
      { form: 'AA-2-2-2-A', alone: 0.8 },
    ],
    checksum: false,
    context: ['national insurance', 'nino', 'ni number', 'ni no', 'insurance number'],
    languages: ['en'],
    source: 'https://www.gov.uk/hmrc-internal-manuals/national-insurance-manual/nim39110',
    check: (v) => /^(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/.test(v),
  }),
  nationalId('uk-nhs-number', 'an NHS number', 'GB', {
    shapes: [{ form: '10' }, { form: '3 3 4' }, { form: '3-3-4' }],
    checksum: true,
    context: ['nhs', 'nhs number', 'nhs no', 'patient', 'health service'],
    languages: ['en'],
    source: 'https://www.datadictionary.nhs.uk/attributes/nhs_number.html',
    check: (d) => (11 - (weighted(d, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === last(d),
  }),
  nationalId('ie-pps', 'an Irish PPS number', 'IE', {
    shapes: [{ form: '7A' }, { form: '7AA' }],
    checksum: true,
    context: ['pps', 'ppsn', 'pps number', 'pps no', 'personal public service'],
    languages: ['en'],
    source:
      'https://www.revenue.ie/en/tax-professionals/tdm/income-tax-capital-gains-tax-corporation-tax/part-38/38-01-03b.pdf',
    check: (v) => {
      const second = v.length === 9 && v[8] !== 'W' ? valueAt(v, 8) - 9 : 0;
      return 'WABCDEFGHIJKLMNOPQRSTUV'[(weighted(v, [8, 7, 6, 5, 4, 3, 2]) + 9 * second) % 23] === v[7];
    },
  }),
  nationalId('de-tax-id', 'a German tax identification number', 'DE', {
    shapes: [{ form: '11' }, { form: '2 3 3 3' }],
    checksum: true,
    context: [
      'steuer-id*',
      'steuerid*',
      'steueridentifikation*',
      'steuer-identifikation*',
      'idnr',
      'identifikationsnummer',
      'tin',
      'tax id',
      'steuernummer',
    ],
    languages: GERMAN,
    source:
      'https://www.bzst.de/DE/Privatpersonen/SteuerlicheIdentifikationsnummer/steuerlicheidentifikationsnummer_node.html',
    // Among the first ten, one digit stands twice or three times (not three in a row) and every other at most once.
    check: (d) => d[0] !== '0' && repeatsOnce(d.slice(0, 10)) && iso1110(d),
  }),
  nationalId('de-id-card', 'a German identity card number', 'DE', {
    shapes: [{ form: 'X10' }, { form: 'X9' }],
    checksum: false,
    context: ['personalausweis*', 'ausweisnummer', 'ausweis-nr', 'ausweisnr', 'identity card', 'id card', 'id-karte'],
    languages: ['de', 'en'],
    source:
      'https://www.bmi.bund.de/SharedDocs/downloads/DE/veroeffentlichungen/themen/moderne-verwaltung/ausweise/musterausweise.html',
    // With its check digit (weights 7, 3, 1) where that is written along.
    check: (v) =>
      /^[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}\d?$/.test(v) &&
      (v.length === 9 ? (v.match(/\d/g)?.length ?? 0) >= 2 : weighted(v, DOCUMENT_WEIGHTS) % 10 === last(v)),
  }),
  nationalId('de-pension-number', 'a German social insurance number', 'DE', {
    shapes: [
      { form: '8A3', alone: 0.7 },
      { form: '2 6 A 3', alone: 0.9 },
      { form: '2 6 A 2 1', alone: 0.9 },
    ],
    checksum: true,
    context: [
      'sozialversicherungsnummer',
      'rentenversicherungsnummer',
      'versicherungsnummer',
      'sv-nummer',
      'svnr',
      'rvnr',
    ],
    languages: GERMAN,
    source: 'https://www.gesetze-im-internet.de/vkvv/__2.html',
    check: (v) => {
      const digits = v.slice(0, 8) + String(valueAt(v, 8) - 9).padStart(2, '0') + v.slice(9);
      if (!isDay(null, pair(v, 4), pair(v, 2) % 50 === 0 ? pair(v, 2) : pair(v, 2) > 50 ? pair(v, 2) - 50 : pair(v, 2)))
        return false;
      let sum = 0;
      for (const [i, weight] of [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1].entries()) {
        const product = valueAt(digits, i) * weight;
        sum += (product % 10) + Math.floor(product / 10);
      }
      return sum % 10 === last(v);
    },
  }),
  nationalId('fr-nir', 'a French social security number', 'FR', {
    shapes: [
      { form: '15', alone: 0.7 },
      { form: '1 2 2 2 3 3 2', alone: 0.95 },
      { form: '1 2 2 1A 3 3 2', alone: 0.95 },
      { form: '6A8', alone: 0.9 },
      { form: '13 2', alone: 0.8 },
    ],
    checksum: true,
    context: [
      'nir',
      'sécurité sociale',
      'securite sociale',
      'numéro de sécu',
      'n° sécu',
      'insee',
      'social security',
      'carte vitale',
    ],
    languages: ['fr', 'en'],
    source: 'https://www.insee.fr/fr/metadonnees/definition/c1409',
    check: (v) => {
      // Corsica: 2A counts as 19, 2B as 18.
      const digits = v.replace('2A', '19').replace('2B', '18');
      if (!/^[1-478]\d{14}$/.test(digits)) return false;
      const month = pair(digits, 3);
      return (
        ((month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50) &&
        modulo(digits.slice(0, 13), 97) === 97 - pair(digits, 13)
      );
    },
  }),
  nationalId('it-codice-fiscale', 'an Italian tax code', 'IT', {
    shapes: [{ form: 'X16', alone: 0.95 }],
    checksum: true,
    context: ['codice fiscale', 'cod. fiscale', 'c.f', 'cf', 'tax code'],
    languages: ['it', 'en'],
    source: 'https://www.gazzettaufficiale.it/eli/id/1976/12/29/076U1201/sg',
    check: isCodiceFiscale,
  }),
  nationalId('es-dni', 'a Spanish DNI', 'ES', {
    shapes: [
      { form: '8A', alone: 0.6 },
      { form: '8-A', alone: 0.75 },
      { form: '2.3.3-A', alone: 0.9 },
      { form: '2.3.3A', alone: 0.9 },
    ],
    checksum: true,
    context: ['dni', 'nif', 'd.n.i', 'documento nacional', 'identidad', 'national id'],
    languages: ['es', 'en'],
    source:
      'https://www.interior.gob.es/opencms/es/servicios-al-ciudadano/tramites-y-gestiones/dni/calculo-del-digito-de-control-del-nif-nie/',
    check: (v) => SPANISH[modulo(v.slice(0, 8), 23)] === v[8],
  }),
  nationalId('es-nie', 'a Spanish NIE', 'ES', {
    shapes: [
      { form: 'A7A', alone: 0.6 },
      { form: 'A-7-A', alone: 0.85 },
    ],
    checksum: true,
    context: ['nie', 'n.i.e', 'extranjero', 'extranjería', 'nif'],
    languages: ['es'],
    source:
      'https://www.interior.gob.es/opencms/es/servicios-al-ciudadano/tramites-y-gestiones/dni/calculo-del-digito-de-control-del-nif-nie/',
    check: (v) => 'XYZ'.includes(v[0]!) && SPANISH[modulo(String('XYZ'.indexOf(v[0]!)) + v.slice(1, 8), 23)] === v[8],
  }),
  nationalId('pt-nif', 'a Portuguese NIF', 'PT', {
    shapes: [{ form: '9' }, { form: '3 3 3' }],
    checksum: true,
    context: ['nif', 'contribuinte', 'número fiscal', 'numero fiscal', 'nipc', 'identificação fiscal'],
    languages: ['pt'],
    source: 'https://info.portaldasfinancas.gov.pt/pt/apoio_contribuinte/nif/Pages/default.aspx',
    check: (d) =>
      /^(?:[1-35-9]|45)/.test(d) && ((11 - (weighted(d, [9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11) % 10 === last(d),
  }),
  nationalId('nl-bsn', 'a Dutch BSN', 'NL', {
    shapes: [{ form: '9' }, { form: '4.2.3' }, { form: '3.3.3' }, { form: '4 2 3' }],
    checksum: true,
    context: [
      'bsn',
      'burgerservicenummer',
      'sofinummer',
      'sofi-nummer',
      'burger service nummer',
      'citizen service number',
    ],
    languages: ['nl', 'en'],
    source: 'https://www.rvig.nl/bsn',
    check: (d) => !isRepeated(d) && weighted(d, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
  }),
  nationalId('be-national-number', 'a Belgian national register number', 'BE', {
    shapes: [{ form: '11' }, { form: '2.2.2-3.2', alone: 0.95 }, { form: '6-3-2', alone: 0.85 }, { form: '2 2 2 3 2' }],
    checksum: true,
    context: [
      'rijksregister*',
      'registre national',
      'numéro national',
      'nationaal nummer',
      'insz',
      'niss',
      'rrn',
      'national number',
    ],
    languages: ['nl', 'fr', 'en'],
    source: 'https://www.ibz.rrn.fgov.be/fileadmin/user_upload/nl/rr/onderrichtingen/IT000_Rijksregisternummer.pdf',
    check: (d) => {
      const check = 97 - pair(d, 9);
      if (pair(d, 2) % 20 > 12 || pair(d, 4) > 31) return false;
      return modulo(d.slice(0, 9), 97) === check % 97 || modulo(`2${d.slice(0, 9)}`, 97) === check % 97;
    },
  }),
  nationalId('ch-ahv', 'a Swiss AHV number', 'CH', {
    shapes: [
      { form: '3.4.4.2', alone: 0.95 },
      { form: '13', alone: 0.7 },
      { form: '3 4 4 2', alone: 0.9 },
    ],
    checksum: true,
    context: ['ahv*', 'avs', 'sozialversicherungsnummer', 'navs13', 'ahvn13', 'oasi'],
    languages: ['de', 'fr', 'it', 'en'],
    source: 'https://www.zas.admin.ch/zas/de/home/partenaires-et-institutions-/navs13.html',
    check: (d) =>
      d.startsWith('756') && (10 - (weighted(d, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10 === last(d),
  }),
  nationalId('at-svnr', 'an Austrian social insurance number', 'AT', {
    shapes: [{ form: '10' }, { form: '4 6' }],
    checksum: true,
    context: ['svnr', 'sv-nummer', 'sv-nr', 'sozialversicherungsnummer', 'versicherungsnummer', 'e-card'],
    languages: GERMAN,
    source: 'https://www.sozialversicherung.at/cdscontent/?contentid=10007.844051',
    check: (d) =>
      d[0] !== '0' &&
      isDay(null, Math.max(1, pair(d, 6) % 13), pair(d, 4)) &&
      weighted(d, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === valueAt(d, 3),
  }),
  nationalId('se-personnummer', 'a Swedish personal identity number', 'SE', {
    shapes: [
      { form: '6-4', alone: 0.6 },
      { form: '6+4', alone: 0.6 },
      { form: '8-4', alone: 0.8 },
      { form: '10' },
      { form: '12' },
    ],
    checksum: true,
    context: ['personnummer', 'personnr', 'samordningsnummer', 'pnr', 'personal identity', 'personal number'],
    languages: ['sv', 'en'],
    source: 'https://www.skatteverket.se/privat/folkbokforing/personnummer.4.3810a01c150939e893f18c29.html',
    check: (d) => {
      const short = d.slice(-10);
      const day = pair(short, 4);
      if (d.length === 12 && !/^(?:18|19|20)/.test(d)) return false;
      return isDay(null, pair(short, 2), day > 60 ? day - 60 : day) && luhn(short);
    },
  }),
  nationalId('no-fodselsnummer', 'a Norwegian national identity number', 'NO', {
    shapes: [
      { form: '11', alone: 0.55 },
      { form: '6 5', alone: 0.7 },
      { form: '6-5', alone: 0.6 },
    ],
    checksum: true,
    context: ['fødselsnummer', 'fodselsnummer', 'personnummer', 'fnr', 'd-nummer', 'national identity'],
    languages: ['no', 'en'],
    source:
      'https://www.skatteetaten.no/en/person/national-registry/birth-and-name-selection/children-born-in-norway/national-id-number/',
    check: (d) => {
      const day = pair(d, 0) > 40 ? pair(d, 0) - 40 : pair(d, 0);
      const first = (11 - (weighted(d, [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11)) % 11;
      const second = (11 - (weighted(d, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
      return isDay(null, pair(d, 2) % 40, day) && first === valueAt(d, 9) && second === last(d);
    },
  }),
  nationalId('dk-cpr', 'a Danish CPR number', 'DK', {
    shapes: [{ form: '6-4' }, { form: '10' }],
    // The check digit was given up in 2007, so only the date is looked at.
    checksum: false,
    context: ['cpr', 'cpr-nr', 'cpr-nummer', 'cprnr', 'personnummer', 'cpr nr', 'cpr nummer', 'cpr number'],
    languages: ['da', 'en'],
    source: 'https://cpr.dk/cpr-systemet/opbygning-af-cpr-nummeret',
    check: (d) => isDay(null, pair(d, 2), pair(d, 0)),
  }),
  nationalId('fi-hetu', 'a Finnish personal identity code', 'FI', {
    shapes: [
      { form: '6-3A', alone: 0.95 },
      { form: '6-4', alone: 0.75 },
      { form: '6+3A', alone: 0.95 },
      { form: '6+4', alone: 0.8 },
      { form: '6A3A', alone: 0.95 },
      { form: '6A4', alone: 0.8 },
    ],
    checksum: true,
    context: ['hetu', 'henkilötunnus', 'personbeteckning', 'henkilötunnukseni', 'personal identity code'],
    languages: ['fi', 'sv', 'en'],
    source: 'https://dvv.fi/en/personal-identity-code',
    asWritten: true,
    check: (v) => {
      if (!/^\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]$/.test(v) || Number(v.slice(7, 10)) < 2) return false;
      return (
        isDay(null, pair(v, 2), pair(v, 0)) &&
        '0123456789ABCDEFHJKLMNPRSTUVWXY'[Number(v.slice(0, 6) + v.slice(7, 10)) % 31] === v[10]
      );
    },
  }),
  nationalId('pl-pesel', 'a Polish PESEL', 'PL', {
    shapes: [{ form: '11' }],
    checksum: true,
    context: ['pesel', 'numer ewidencyjny', 'nr ewidencyjny', 'national identification'],
    languages: ['pl', 'en'],
    source: 'https://www.gov.pl/web/gov/czym-jest-numer-pesel',
    check: (d) => isDay(null, pair(d, 2) % 20, pair(d, 4)) && weighted(d, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0,
  }),
  nationalId('cz-sk-birth-number', 'a Czech or Slovak birth number', 'CZ', {
    shapes: [{ form: '6/4', alone: 0.85 }, { form: '6/3' }, { form: '10' }],
    checksum: true,
    context: ['rodné číslo', 'rodne cislo', 'rodného čísla', 'r.č', 'rč', 'birth number'],
    languages: ['cs', 'sk', 'en'],
    source: 'https://www.mvcr.cz/clanek/rady-a-sluzby-dokumenty-rodne-cislo.aspx',
    check: (d) => {
      const month = (pair(d, 2) % 50) % 20;
      if (!isDay(null, month, pair(d, 4))) return false;
      if (d.length === 9) return pair(d, 0) < 54 && d.slice(6) !== '000';
      // A rest of 10 was written as 0.
      return modulo(d.slice(0, 9), 11) % 10 === last(d);
    },
  }),
  nationalId('ro-cnp', 'a Romanian CNP', 'RO', {
    shapes: [{ form: '13', alone: 0.6 }],
    checksum: true,
    context: ['cnp', 'cod numeric personal', 'codul numeric personal', 'personal numeric code'],
    languages: ['ro', 'en'],
    source: 'https://legislatie.just.ro/Public/DetaliiDocument/13054',
    check: (d) => {
      const rest = weighted(d, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
      const county = pair(d, 7);
      return (
        d[0] !== '0' &&
        isDay(null, pair(d, 3), pair(d, 5)) &&
        county >= 1 &&
        (county <= 52 || county === 70 || (county >= 80 && county <= 83)) &&
        (rest === 10 ? 1 : rest) === last(d)
      );
    },
  }),
  nationalId('bg-egn', 'a Bulgarian EGN', 'BG', {
    shapes: [{ form: '10' }],
    checksum: true,
    context: ['егн', 'egn', 'единен граждански номер', 'uniform civil number'],
    languages: ['bg', 'en'],
    source: 'https://www.grao.bg/esgraon.html',
    check: (d) =>
      isDay(null, pair(d, 2) % 20, pair(d, 4)) && (weighted(d, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10 === last(d),
  }),
  nationalId('gr-amka', 'a Greek AMKA', 'GR', {
    shapes: [{ form: '11' }],
    checksum: true,
    context: ['αμκα', 'amka', 'α.μ.κ.α', 'κοινωνικής ασφάλισης'],
    languages: ['el', 'en'],
    source: 'https://www.amka.gr/tieinai.html',
    check: (d) => isDay(null, pair(d, 2), pair(d, 0)) && luhn(d),
  }),
  nationalId('hr-oib', 'a Croatian OIB', 'HR', {
    shapes: [{ form: '11' }],
    checksum: true,
    context: ['oib', 'osobni identifikacijski broj', 'personal identification number'],
    languages: ['hr', 'en'],
    source: 'https://www.porezna-uprava.hr/HR_OIB/Stranice/default.aspx',
    check: iso1110,
  }),
  nationalId('baltic-personal-code', 'an Estonian or Lithuanian personal code', 'EE', {
    shapes: [{ form: '11' }],
    checksum: true,
    context: ['isikukood*', 'asmens kod*', 'personal code', 'personal identification code'],
    languages: ['et', 'lt', 'en'],
    source: 'https://www.riigiteataja.ee/akt/116032011007',
    check: (d) => {
      let rest = weighted(d, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
      if (rest === 10) rest = (weighted(d, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11) % 10;
      return /^[1-8]/.test(d) && isDay(null, pair(d, 3), pair(d, 5)) && rest === last(d);
    },
  }),
  nationalId('ex-yugoslav-jmbg', 'a JMBG or EMŠO', 'RS', {
    shapes: [{ form: '13', alone: 0.6 }],
    checksum: true,
    context: ['jmbg', 'emšo', 'emso', 'embg', 'ембг', 'јмбг', 'matični broj', 'maticni broj'],
    languages: ['sr', 'hr', 'sl', 'bs', 'mk'],
    source: 'https://www.paragraf.rs/propisi/zakon_o_jedinstvenom_maticnom_broju_gradjana.html',
    check: (d) =>
      isDay(null, pair(d, 2), pair(d, 0)) &&
      /^\d{4}[089]/.test(d) &&
      ((11 - (weighted(d, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11) % 10 === last(d),
  }),
  nationalId('ua-rntrc', 'a Ukrainian taxpayer number', 'UA', {
    shapes: [{ form: '10' }],
    checksum: true,
    context: ['рнокпп', 'іпн', 'инн', 'ідентифікаційний код', 'ідентифікаційний номер', 'taxpayer'],
    languages: ['uk', 'ru', 'en'],
    source: 'https://zakon.rada.gov.ua/laws/show/z1306-17',
    check: (d) => (((weighted(d, [-1, 5, 7, 9, 4, 6, 10, 5, 7]) % 11) + 11) % 11) % 10 === last(d),
  }),
  nationalId('ru-snils', 'a Russian SNILS', 'RU', {
    shapes: [{ form: '3-3-3 2', alone: 0.9 }, { form: '3-3-3-2', alone: 0.85 }, { form: '11' }],
    checksum: true,
    context: ['снилс', 'snils', 'страховой номер'],
    languages: ['ru', 'en'],
    source: 'https://sfr.gov.ru/grazhdanam/snils/',
    check: (d) => (weighted(d, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101) % 100 === pair(d, 9),
  }),
  nationalId('ru-inn', 'a Russian taxpayer number', 'RU', {
    shapes: [{ form: '12' }],
    checksum: true,
    context: ['инн', 'inn'],
    languages: ['ru', 'en'],
    source: 'https://www.consultant.ru/document/cons_doc_LAW_134082/',
    check: (d) =>
      (weighted(d, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === valueAt(d, 10) &&
      (weighted(d, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === last(d),
  }),
  nationalId('tr-tckn', 'a Turkish identity number', 'TR', {
    shapes: [{ form: '11' }],
    checksum: true,
    context: ['tc kimlik', 't.c. kimlik', 'tckn', 'kimlik no', 'kimlik numara*', 'vatandaşlık'],
    languages: ['tr'],
    source: 'https://www.nvi.gov.tr/kimlik-karti',
    check: (d) => {
      const odd = valueAt(d, 0) + valueAt(d, 2) + valueAt(d, 4) + valueAt(d, 6) + valueAt(d, 8);
      const even = valueAt(d, 1) + valueAt(d, 3) + valueAt(d, 5) + valueAt(d, 7);
      return (
        d[0] !== '0' && (7 * odd + 9 * even) % 10 === valueAt(d, 9) && (odd + even + valueAt(d, 9)) % 10 === last(d)
      );
    },
  }),
];

const SPANISH = 'TRWAGMYFPDXBNJZSQVHLCKE';

function repeatsOnce(digits: string): boolean {
  const counts = Array.from({ length: 10 }, (_, digit) => digits.split(String(digit)).length - 1);
  const more = counts.filter((count) => count > 1);
  return more.length === 1 && more[0]! <= 3 && !/(\d)\1\1/.test(digits);
}

const ODD_PLACES = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/** Decree 23 December 1976; digits may be letters (`omocodia`) where two people would share a code. */
function isCodiceFiscale(code: string): boolean {
  if (!/^[A-Z]{6}[0-9LMNP-V]{2}[ABCDEHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]$/.test(code)) return false;
  let sum = 0;
  for (let i = 0; i < 15; i++) {
    const value = valueAt(code, i);
    const place = value > 9 ? value - 10 : value;
    sum += i % 2 === 0 ? ODD_PLACES[place]! : place;
  }
  return sum % 26 === valueAt(code, 15) - 10;
}
