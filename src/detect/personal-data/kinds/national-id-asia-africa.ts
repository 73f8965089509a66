import { isDay, isRepeated, luhn, pair, valueAt, verhoeff, weighted } from '../checksum.ts';
import { nationalId } from '../national-id.ts';
import type { ShapedKind } from '../kind.ts';

const last = (text: string): number => valueAt(text, text.length - 1);

export const ASIAN_AND_AFRICAN_IDS: readonly ShapedKind[] = [
  nationalId('in-aadhaar', 'an Aadhaar number', 'IN', {
    shapes: [{ form: '4 4 4', alone: 0.55 }, { form: '4-4-4', alone: 0.55 }, { form: '12' }],
    checksum: true,
    context: ['aadhaar', 'aadhar', 'uidai', 'uid', 'आधार'],
    languages: ['en', 'hi'],
    source: 'https://uidai.gov.in/en/my-aadhaar/about-your-aadhaar.html',
    check: (d) => /^[2-9]/.test(d) && verhoeff(d),
  }),
  nationalId('in-pan', 'an Indian PAN', 'IN', {
    shapes: [{ form: 'AAAAA4A', alone: 0.55 }],
    checksum: false,
    context: ['pan', 'permanent account', 'income tax', 'पैन'],
    languages: ['en', 'hi'],
    source: 'https://www.incometax.gov.in/iec/foportal/help/e-filing-pan-faq',
    asWritten: true,
    check: (v) => /^[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]$/.test(v) && !v.includes('0000'),
  }),
  nationalId('cn-resident-id', 'a Chinese resident identity number', 'CN', {
    shapes: [
      { form: '18', alone: 0.95 },
      { form: '17A', alone: 0.95 },
    ],
    checksum: true,
    context: ['身份证*', '身分證*', '公民身份号码', 'resident id', 'id card', 'shenfenzheng'],
    languages: ['zh', 'en'],
    source: 'https://openstd.samr.gov.cn/bzgk/gb/newGbInfo?hcno=080D6FBF2BB468F9007657F26D60013E',
    // GB 11643: ISO/IEC 7064 MOD 11-2.
    check: (v) =>
      /^[1-9]\d{5}(?:18|19|20)\d{9}[0-9X]$/.test(v) &&
      isDay(Number(v.slice(6, 10)), pair(v, 10), pair(v, 12)) &&
      '10X98765432'[weighted(v, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11] === v[17],
  }),
  nationalId('jp-my-number', 'a Japanese My Number', 'JP', {
    shapes: [{ form: '12' }, { form: '4 4 4' }, { form: '4-4-4' }],
    checksum: true,
    context: ['マイナンバー*', '個人番号', 'my number', 'mynumber'],
    languages: ['ja', 'en'],
    source: 'https://laws.e-gov.go.jp/law/426M60000008085',
    check: (d) => {
      const rest = weighted(d, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
      return (rest <= 1 ? 0 : 11 - rest) === last(d);
    },
  }),
  nationalId('kr-rrn', 'a Korean resident registration number', 'KR', {
    shapes: [{ form: '6-7', alone: 0.7 }, { form: '13' }],
    // Numbers issued since October 2020 carry no check digit.
    checksum: false,
    context: ['주민등록번호*', '주민번호*', '외국인등록번호*', 'rrn', 'resident registration'],
    languages: ['ko', 'en'],
    source: 'https://www.law.go.kr/LSW/lsInfoP.do?lsiSeq=218169',
    check: (d) => /^\d{6}[0-9]/.test(d) && isDay(null, pair(d, 2), pair(d, 4)),
  }),
  nationalId('sg-nric', 'a Singapore NRIC or FIN', 'SG', {
    shapes: [{ form: 'A7A', alone: 0.85 }],
    checksum: true,
    context: ['nric', 'fin', 'uinfin', 'identity card', 'ic no'],
    languages: ['en'],
    source: 'https://www.ica.gov.sg/documents/ic',
    check: (v) => {
      const offset = { S: 0, T: 4, F: 0, G: 4, M: 3 }[v[0]!];
      if (offset === undefined) return false;
      const rest = (weighted(v.slice(1), [2, 7, 6, 5, 4, 3, 2]) + offset) % 11;
      const letters = v[0] === 'M' ? 'XWUTRQPNJLK' : 'ST'.includes(v[0]!) ? 'JZIHGFEDCBA' : 'XWUTRQPNMLK';
      return letters[rest] === v[8];
    },
  }),
  nationalId('hk-id', 'a Hong Kong identity card number', 'HK', {
    shapes: [
      { form: 'A6(1)', alone: 0.95 },
      { form: 'A6(A)', alone: 0.95 },
      { form: 'AA6(1)', alone: 0.95 },
      { form: 'AA6(A)', alone: 0.95 },
      { form: 'A7' },
      { form: 'A6A' },
    ],
    checksum: true,
    context: ['hkid', 'hong kong id', 'hong kong identity', 'identity card', '身份證*', '香港身份證*'],
    languages: ['en', 'zh'],
    source: 'https://www.immd.gov.hk/eng/services/hkid/smartid.html',
    check: (v) => {
      const padded = v.padStart(9, ' ');
      let sum = (padded[0] === ' ' ? 36 : valueAt(padded, 0)) * 9;
      for (let i = 1; i < 8; i++) sum += valueAt(padded, i) * (9 - i);
      return '0123456789A'[(11 - (sum % 11)) % 11] === padded[8];
    },
  }),
  nationalId('tw-id', 'a Taiwanese identity number', 'TW', {
    shapes: [{ form: 'A9', alone: 0.6 }],
    checksum: true,
    context: ['身分證*', '統一編號', '國民身分證*', 'national id', 'taiwan id'],
    languages: ['zh', 'en'],
    source: 'https://www.ris.gov.tw/app/en/2121',
    check: (v) => {
      const area = 'ABCDEFGHJKLMNPQRSTUVXYWZIO'.indexOf(v[0]!) + 10;
      return (
        /^[A-Z][1289]/.test(v) &&
        (Math.floor(area / 10) + (area % 10) * 9 + weighted(v.slice(1), [8, 7, 6, 5, 4, 3, 2, 1, 1])) % 10 === 0
      );
    },
  }),
  nationalId('my-nric', 'a Malaysian identity card number', 'MY', {
    shapes: [{ form: '6-2-4', alone: 0.6 }, { form: '12' }],
    checksum: false,
    context: ['nric', 'mykad', 'kad pengenalan', 'ic number', 'no. kp'],
    languages: ['ms', 'en'],
    source: 'https://www.jpn.gov.my/en/core-business/identity-card',
    check: (d) =>
      isDay(null, pair(d, 2), pair(d, 4)) &&
      !['00', '17', '18', '19', '20', '69', '70', '73', '80', '81', '94', '95', '96', '97'].includes(d.slice(6, 8)),
  }),
  nationalId('th-id', 'a Thai identity number', 'TH', {
    shapes: [{ form: '1-4-5-2-1', alone: 0.95 }, { form: '13' }, { form: '1 4 5 2 1', alone: 0.9 }],
    checksum: true,
    context: ['บัตรประชาชน', 'เลขประจำตัวประชาชน', 'thai id', 'citizen id', 'national id'],
    languages: ['th', 'en'],
    source: 'https://www.bora.dopa.go.th/',
    check: (d) =>
      /^[1-8]/.test(d) && (11 - (weighted(d, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === last(d),
  }),
  nationalId('id-nik', 'an Indonesian NIK', 'ID', {
    shapes: [{ form: '16' }],
    checksum: false,
    context: ['nik', 'ktp', 'nomor induk kependudukan', 'e-ktp'],
    languages: ['id'],
    source: 'https://peraturan.bpk.go.id/Details/40202/uu-no-23-tahun-2006',
    check: (d) => d[0] !== '0' && isDay(null, pair(d, 8), pair(d, 6) % 40),
  }),
  nationalId('pk-cnic', 'a Pakistani CNIC', 'PK', {
    shapes: [{ form: '5-7-1', alone: 0.7 }, { form: '13' }],
    checksum: false,
    context: ['cnic', 'nic', 'nicop', 'شناختی کارڈ'],
    languages: ['en', 'ur'],
    source: 'https://www.nadra.gov.pk/identity/identity-cnic/',
    check: (d) => /^[1-7]/.test(d) && !isRepeated(d),
  }),
  nationalId('au-tfn', 'an Australian tax file number', 'AU', {
    shapes: [{ form: '9' }, { form: '3 3 3' }],
    checksum: true,
    context: ['tfn', 'tax file'],
    languages: ['en'],
    source: 'https://www.ato.gov.au/individuals-and-families/tax-file-number/what-is-a-tax-file-number',
    check: (d) => !isRepeated(d) && weighted(d, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
  }),
  nationalId('au-medicare', 'an Australian Medicare number', 'AU', {
    shapes: [{ form: '10' }, { form: '4 5 1' }, { form: '4 5 1-1' }, { form: '11' }],
    checksum: true,
    context: ['medicare'],
    languages: ['en'],
    source: 'https://meteor.aihw.gov.au/content/270101',
    check: (d) => /^[2-6]/.test(d) && weighted(d, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === valueAt(d, 8),
  }),
  nationalId('nz-ird', 'a New Zealand IRD number', 'NZ', {
    shapes: [{ form: '8' }, { form: '9' }, { form: '2-3-3' }, { form: '3-3-3' }, { form: '2 3 3' }, { form: '3 3 3' }],
    checksum: true,
    context: ['ird', 'ird number', 'inland revenue'],
    languages: ['en'],
    source: 'https://www.ird.govt.nz/managing-my-tax/ird-numbers',
    check: (v) => {
      const d = v.padStart(9, '0');
      if (Number(d) < 10_000_000 || Number(d) > 150_000_000) return false;
      let rest = (11 - (weighted(d, [3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
      if (rest === 10) rest = (11 - (weighted(d, [7, 4, 3, 2, 5, 2, 7, 6]) % 11)) % 11;
      return rest === last(d);
    },
  }),
  nationalId('za-id', 'a South African identity number', 'ZA', {
    shapes: [{ form: '13', alone: 0.7 }, { form: '6 4 3' }, { form: '6 4 2 1' }],
    checksum: true,
    context: ['south african id', 'id number', 'identity number', 'rsa id', 'said', 'id-nommer'],
    languages: ['en', 'af'],
    source: 'https://www.gov.za/documents/identification-act',
    check: (d) => isDay(null, pair(d, 2), pair(d, 4)) && /^[0-2]$/.test(d[10]!) && luhn(d),
  }),
  nationalId('il-id', 'an Israeli identity number', 'IL', {
    shapes: [{ form: '9' }],
    checksum: true,
    context: ['teudat zehut', 'תעודת זהות', 'מספר זהות', 'ת.ז', 'ת"ז', 'mispar zehut', 'israeli id'],
    languages: ['he', 'en'],
    source: 'https://www.gov.il/en/departments/ministry_of_interior',
    check: (d) => luhn(d) && !isRepeated(d),
  }),
  nationalId('ae-emirates-id', 'an Emirates ID', 'AE', {
    shapes: [{ form: '3-4-7-1', alone: 0.95 }, { form: '15' }],
    checksum: true,
    context: ['emirates id', 'الهوية', 'رقم الهوية', 'eid'],
    languages: ['en', 'ar'],
    source: 'https://u.ae/en/information-and-services/visa-and-emirates-id/emirates-id',
    check: (d) => d.startsWith('784') && luhn(d),
  }),
];
