import { isRepeated, luhn, valueAt } from '../checksum.ts';
import type { ShapedKind } from '../kind.ts';

const VIN_VALUES = '0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ';
const VIN_WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

export const VIN: ShapedKind = {
  id: 'vin',
  group: 'device',
  title: 'a vehicle identification number',
  severity: 'medium',
  checksum: true,
  context: [
    'vin', 'vehicle identification', 'chassis', 'fahrgestellnummer', 'fahrzeug-identifizierungsnummer', 'fin', 'numéro de châssis', 'bastidor',
    'telaio', 'chassi', '車台番号', '车架号', '차대번호',
  ],
  languages: ['en', 'de', 'fr', 'es', 'it', 'pt', 'ja', 'zh', 'ko'],
  source: 'https://www.ecfr.gov/current/title-49/subtitle-B/chapter-V/part-565/section-565.15',
  shapes: [{ form: 'X17', alone: 0.6 }],
  // Both letters and digits: seventeen digits are some other number.
  check: (vin) => {
    if (!/^(?=.*[A-Z].*[A-Z])[A-HJ-NPR-Z0-9]{8}[0-9X][A-HJ-NPR-Z0-9]{4}\d{4}$/.test(vin)) return false;
    let sum = 0;
    for (let i = 0; i < 17; i++) sum += (VIN_VALUES.indexOf(vin[i]!) % 10) * VIN_WEIGHTS[i]!;
    return '0123456789X'[sum % 11] === vin[8];
  },
}; // prettier-ignore

export const IMEI: ShapedKind = {
  id: 'imei',
  group: 'device',
  title: 'an IMEI',
  severity: 'medium',
  checksum: true,
  context: ['imei', 'imeis', 'imei1', 'imei2', 'device id', 'handset'],
  languages: ['en', 'de', 'fr', 'es'],
  source: 'https://www.gsma.com/solutions-and-impact/industry-services/device-services/imei-database/',
  shapes: [{ form: '15' }, { form: '2-6-6-1' }, { form: '2 6 6 1' }, { form: '8 6 1' }],
  check: (digits) => luhn(digits) && !isRepeated(digits) && valueAt(digits, 0) <= 9,
};
