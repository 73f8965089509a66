import { isDay, isRepeated, luhn, pair, valueAt, weighted } from '../checksum.ts';
import { nationalId } from '../national-id.ts';
import type { ShapedKind } from '../kind.ts';

/** Brazilian and related schemes: `11 - sum mod 11`, with 10 and 11 counting as 0. */
function elevens(text: string, weights: readonly number[]): number {
  const rest = weighted(text, weights) % 11;
  return rest < 2 ? 0 : 11 - rest;
}

export const AMERICAN_IDS: readonly ShapedKind[] = [
  nationalId('us-ssn', 'a US Social Security number', 'US', {
    shapes: [{ form: '3-2-4', alone: 0.6 }, { form: '3 2 4' }, { form: '3.2.4' }, { form: '9' }],
    checksum: false,
    context: ['ssn', 'ssns', 'social security', 'social-security', 'ss#', 'socialsecurity', 'seguro social', 'social'],
    languages: ['en', 'es'],
    source: 'https://www.ssa.gov/employer/randomization.html',
    // Never issued: area 000, 666 and 900 up, group 00, serial 0000; and three that were printed in advertisements.
    check: (d) => /^(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}$/.test(d) && !isRepeated(d) && !ADVERTISED.has(d),
  }),
  nationalId('us-itin', 'a US individual taxpayer number', 'US', {
    shapes: [{ form: '3-2-4', alone: 0.7 }, { form: '3 2 4' }, { form: '9' }],
    checksum: false,
    context: ['itin', 'taxpayer identification', 'tax id', 'tin'],
    languages: ['en'],
    source: 'https://www.irs.gov/irm/part3/irm_03-021-263r',
    check: (d) => /^9\d\d(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\d{4}$/.test(d),
  }),
  nationalId('us-npi', 'a US national provider identifier', 'US', {
    shapes: [{ form: '10' }],
    checksum: true,
    context: ['npi', 'national provider'],
    languages: ['en'],
    source: 'https://www.cms.gov/Regulations-and-Guidance/Administrative-Simplification/NationalProvIdentStand',
    check: (d) => /^[12]/.test(d) && luhn(`80840${d}`),
  }),
  nationalId('ca-sin', 'a Canadian social insurance number', 'CA', {
    shapes: [{ form: '9' }, { form: '3 3 3' }, { form: '3-3-3' }],
    checksum: true,
    context: ['sin', 'social insurance', 'assurance sociale', 'nas'],
    languages: ['en', 'fr'],
    source: 'https://www.canada.ca/en/employment-social-development/services/sin.html',
    check: (d) => /^[1-79]/.test(d) && luhn(d),
  }),
  nationalId('br-cpf', 'a Brazilian CPF', 'BR', {
    shapes: [{ form: '3.3.3-2', alone: 0.95 }, { form: '11' }, { form: '9-2', alone: 0.7 }],
    checksum: true,
    context: ['cpf', 'cadastro de pessoa*'],
    languages: ['pt'],
    source: 'https://www.gov.br/receitafederal/pt-br/assuntos/orientacao-tributaria/cadastros/cpf',
    check: (d) =>
      !isRepeated(d) &&
      elevens(d, [10, 9, 8, 7, 6, 5, 4, 3, 2]) === valueAt(d, 9) &&
      elevens(d, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) === valueAt(d, 10),
  }),
  nationalId('br-cnpj', 'a Brazilian CNPJ', 'BR', {
    shapes: [{ form: '2.3.3/4-2', alone: 0.95 }, { form: '14' }],
    checksum: true,
    context: ['cnpj', 'cadastro nacional'],
    languages: ['pt'],
    source: 'https://www.gov.br/receitafederal/pt-br/assuntos/orientacao-tributaria/cadastros/cnpj',
    check: (d) =>
      !isRepeated(d) &&
      elevens(d, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) === valueAt(d, 12) &&
      elevens(d, [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) === valueAt(d, 13),
  }),
  nationalId('ar-cuit', 'an Argentine CUIT or CUIL', 'AR', {
    shapes: [{ form: '2-8-1', alone: 0.85 }, { form: '11' }],
    checksum: true,
    context: ['cuit', 'cuil', 'c.u.i.t', 'c.u.i.l'],
    languages: ['es'],
    source: 'https://www.afip.gob.ar/genericos/guiavirtual/consultas_detalle.aspx?id=1411838',
    check: (d) =>
      /^(?:20|2[3-7]|3[034]|5[015])/.test(d) &&
      '09987654321'[weighted(d, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11] === d[10],
  }),
  nationalId('cl-rut', 'a Chilean RUT', 'CL', {
    shapes: [
      { form: '2.3.3-1', alone: 0.9 },
      { form: '2.3.3-A', alone: 0.95 },
      { form: '1.3.3-1', alone: 0.85 },
      { form: '1.3.3-A', alone: 0.95 },
      { form: '8-1' },
      { form: '8-A', alone: 0.7 },
      { form: '7-1' },
      { form: '7-A', alone: 0.6 },
      { form: '9' },
      { form: '8A' },
    ],
    checksum: true,
    context: ['rut', 'run', 'r.u.t', 'rol único', 'rol unico', 'cédula'],
    languages: ['es'],
    source: 'https://www.registrocivil.cl/principal/servicios-en-linea',
    check: (v) => {
      let sum = 0;
      for (let i = v.length - 2, weight = 2; i >= 0; i--, weight = weight === 7 ? 2 : weight + 1)
        sum += valueAt(v, i) * weight;
      return '0K987654321'[sum % 11] === v.at(-1);
    },
  }),
  nationalId('mx-curp', 'a Mexican CURP', 'MX', {
    shapes: [{ form: 'X18', alone: 0.95 }],
    checksum: true,
    context: ['curp', 'clave única', 'clave unica'],
    languages: ['es'],
    source: 'https://www.gob.mx/curp/',
    check: (v) => {
      if (
        !/^[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[A-Z0-9]\d$/.test(v) ||
        !isDay(null, pair(v, 6), pair(v, 8))
      )
        return false;
      let sum = 0;
      for (let i = 0; i < 17; i++) sum += '0123456789ABCDEFGHIJKLMN-OPQRSTUVWXYZ'.indexOf(v[i]!) * (18 - i);
      return (10 - (sum % 10)) % 10 === valueAt(v, 17);
    },
  }),
  nationalId('mx-rfc', 'a Mexican RFC', 'MX', {
    shapes: [{ form: 'X13', alone: 0.65 }, { form: 'X12' }],
    checksum: true,
    context: ['rfc', 'r.f.c', 'registro federal'],
    languages: ['es'],
    source: 'https://www.sat.gob.mx/aplicacion/29073/verifica-si-estas-registrado-en-el-rfc',
    check: (v) => {
      if (!/^[A-Z]{3,4}\d{6}[A-Z0-9]{2}[0-9A]$/.test(v)) return false;
      const padded = v.padStart(13, ' ');
      if (!isDay(null, pair(padded, 6), pair(padded, 8))) return false;
      let sum = 0;
      for (let i = 0; i < 12; i++) sum += '0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ'.indexOf(padded[i]!) * (13 - i);
      return '0A987654321'[sum % 11] === padded[12];
    },
  }),
  nationalId('ec-cedula', 'an Ecuadorian identity number', 'EC', {
    shapes: [{ form: '10' }, { form: '9-1' }],
    checksum: true,
    context: ['cédula', 'cedula', 'c.i'],
    languages: ['es'],
    source: 'https://www.registrocivil.gob.ec/cedulacion/',
    check: (d) => ((pair(d, 0) >= 1 && pair(d, 0) <= 24) || pair(d, 0) === 30) && valueAt(d, 2) < 6 && luhn(d),
  }),
];

const ADVERTISED = new Set(['078051120', '219099999', '123456789']);
