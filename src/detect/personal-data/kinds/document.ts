import { isDay } from '../checksum.ts';
import type { ShapedKind } from '../kind.ts';

function digitsIn(value: string): number {
  let count = 0;
  for (let at = 0; at < value.length; at++) {
    const unit = value.charCodeAt(at);
    if (unit >= 0x30 && unit <= 0x39) count++;
  }
  return count;
}

/** Years in which somebody alive can be born; no clock, so that the same text has the same findings for ever. */
const isBirthYear = (year: number): boolean => year >= 1900 && year <= 2049;

export function isBirthDate(written: string): boolean {
  const [a = '', b = '', c = ''] = written.split(/[-./ ]/);
  if (a.length === 4) return isBirthYear(Number(a)) && isDay(Number(a), Number(b), Number(c));
  const year = Number(c);
  return (
    (c.length === 2 || isBirthYear(year)) && (isDay(year, Number(b), Number(a)) || isDay(year, Number(a), Number(b)))
  );
}

const DATE_FORMS = ['-', '.', '/'].flatMap((s) =>
  [
    ['4', '2', '2'],
    ['2', '2', '4'],
    ['1', '2', '4'],
    ['2', '1', '4'],
    ['1', '1', '4'],
    ['2', '2', '2'],
  ].map((part) => part.join(s)),
);

export const BIRTH_DATE: ShapedKind = {
  id: 'date-of-birth',
  group: 'document',
  title: 'a date of birth',
  severity: 'medium',
  checksum: false,
  context: [
    'born', 'dob', 'd.o.b', 'date of birth', 'birth date', 'birthdate', 'birthday', 'bday', 'geboren', 'geb', 'geburtsdatum', 'geburtstag',
    'né', 'née', 'naissance', 'anniversaire', 'nacido', 'nacida', 'nacimiento', 'nascita', 'nato', 'nata', 'nascimento', 'nascido', 'nascida',
    'geboortedatum', 'född', 'födelsedatum', 'født', 'fødselsdato', 'fødselsdag', 'syntymäaika', 'urodzen*', 'urodzon*', 'narozen*', 'născut*', 'doğum',
    'родил*', 'рождения', 'γέννησης', '生年月日', '誕生日', '出生*', '生日', '생년월일', '생일', 'الميلاد', 'לידה', 'जन्म',
  ],
  languages: ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'sv', 'no', 'da', 'fi', 'pl', 'cs', 'ro', 'tr', 'ru', 'el', 'ja', 'zh', 'ko', 'ar', 'he', 'hi'],
  source: 'https://www.hhs.gov/hipaa/for-professionals/special-topics/de-identification/index.html',
  shapes: DATE_FORMS.map((form) => ({ form })),
  asWritten: true,
  check: isBirthDate,
}; // prettier-ignore

export const PASSPORT: ShapedKind = {
  id: 'passport',
  group: 'document',
  title: 'a passport number',
  severity: 'high',
  checksum: false,
  context: [
    'passport', 'passports', 'passport-no', 'reisepass*', 'passnummer', 'pass-nr', 'passeport', 'pasaporte', 'passaporto', 'passaporte', 'paspoort*',
    'passnr', 'paszport*', 'pas č', 'cestovní pas', 'pașaport*', 'pasaport', 'паспорт*', 'διαβατήριο', 'パスポート', '旅券', '护照*', '護照*', '여권*', 'جواز', 'דרכון',
  ],
  languages: ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'sv', 'pl', 'cs', 'ro', 'tr', 'ru', 'el', 'ja', 'zh', 'ko', 'ar', 'he'],
  source: 'https://www.icao.int/publications/pages/publication.aspx?docnum=9303',
  shapes: ['X7', 'X8', 'X9', 'AA 7', 'AA 6', '4 6', '2 2 6', 'A 7', 'A 8'].map((form) => ({ form })),
  check: (value) => digitsIn(value) >= 4 && /^[A-Z0-9]+$/.test(value),
}; // prettier-ignore

export const DRIVING_LICENCE: ShapedKind = {
  id: 'driving-licence',
  group: 'document',
  title: 'a driving licence number',
  severity: 'high',
  checksum: false,
  context: [
    'driving licence', 'driver license', "driver's license", 'drivers license', 'driver licence', "driver's licence", 'driving license', 'driver’s license',
    'driver licenses', 'license number', 'licence number', 'dl number', 'dl no', 'dl#', 'dvla', 'führerschein*', 'permis de conduire', 'carnet de conducir', 'permiso de conducir',
    'licencia de conducir', 'patente di guida', 'carta de condução', 'cnh', 'rijbewijs*', 'körkort*', 'førerkort*', 'kørekort*', 'ajokortti', 'prawo jazdy', 'prawa jazdy',
    'řidičský průkaz', 'водительск*', '運転免許*', '驾驶证*', '駕駛執照*', '운전면허*',
  ],
  languages: ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'sv', 'no', 'da', 'fi', 'pl', 'cs', 'ru', 'ja', 'zh', 'ko'],
  source: 'https://www.aamva.org/identity/anti-counterfeit-fraud-prevention',
  shapes: [...Array.from({ length: 12 }, (_, i) => `X${7 + i}`), '2 2 6', 'A3-4-4-4', 'A4-4-4', '3-3-3', '2-2-6-2'].map((form) => ({ form })),
  check: (value) => digitsIn(value) >= 5 && /^[A-Z0-9]+$/.test(value),
}; // prettier-ignore

export const MEDICAL_RECORD: ShapedKind = {
  id: 'medical-record',
  group: 'document',
  title: 'a medical record or health insurance number',
  severity: 'high',
  checksum: false,
  context: [
    'mrn', 'medical record', 'medical record number', 'patient id', 'patient number', 'patient no', 'chart number', 'health record', 'health insurance',
    'member id', 'medicare number', 'mbi', 'patientennummer', 'patienten-id', 'fallnummer', 'krankenversicherten*', 'versichertennummer', 'krankenkasse*', 'numéro de dossier',
    'dossier médical', 'numéro patient', 'historia clínica', 'número de paciente', 'cartella clinica', 'tessera sanitaria', 'prontuário', 'número do utente', 'patiëntnummer',
    'journalnummer', 'numer pacjenta', 'медицинск*', 'カルテ番号', '患者番号', '診察券番号', '病历号', '病歷號', '환자번호', '환자 번호',
  ],
  languages: ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'sv', 'pl', 'ru', 'ja', 'zh', 'ko'],
  source: 'https://www.hhs.gov/hipaa/for-professionals/special-topics/de-identification/index.html',
  shapes: [
    ...Array.from({ length: 8 }, (_, i) => `X${5 + i}`), '3-3-3', '2-2-2', '3-4', '4-4', 'AA-6', 'AAA-6', 'AAA-7', 'AAA-8', 'A-8', '4-3-4', '4-3-3',
  ].map((form) => ({ form })),
  check: (value) => digitsIn(value) >= 4 && /^[A-Z0-9]+$/.test(value) && !/^(?:19|20)\d{6}$/.test(value),
}; // prettier-ignore
