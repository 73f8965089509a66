/**
 * Characters that look like an ASCII letter or digit, by script. Made from what the glyphs look like in common fonts, and
 * held in a test against the published table of UTS #39, Unicode Security Mechanisms
 * (https://www.unicode.org/reports/tr39/). Compatibility variants (fullwidth, mathematical, most enclosed) are NFKC's work
 * and are not repeated here.
 *
 * Each row is pairs: the character, then what it looks like.
 */
const STRICT_ROWS = {
  cyrillic: 'аaеeоoрpсcуyхxіiјjѕsһhԁdԛqԝwѵvгrүyҮYАAВBЕEКKМMНHОOРPСCТTУYХXІIЈJЅSԜWӀIҺhЬbѴVЗ3ҽeԌGӏi',
  greek: 'οoαaνvρpιiυuσoγyΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXϲcϳjϹCͿJϜFϨ2ϒY',
  armenian: 'օoսuոnհhցgզqՏSՕOՍU',
  cherokee: 'ᎪAᏴBᏟCᎠDᎬEᏀGᎻHᎫJᏦKᏞLᎷMᏢPᏚSᎢTᏙVᎳWᏃZᎡRᏒRᏔWᎥiᎩYᎽYᏂhᏏbᏧdᏎ4Ꮾ6ꭵiꮪsꮃwꮓzꮯcꮩvꮁr',
  lisu: 'ꓐBꓑPꓓDꓔTꓖGꓗKꓙJꓚCꓜZꓝFꓟMꓠNꓡLꓢSꓣRꓦVꓧHꓪWꓫXꓬYꓮAꓰEꓲIꓳOꓴU',
  coptic: 'ⲟoⲞOⲣpⲢPⲥcⲤCⲎHⲒIⲔKⲘMⲚNⲦTⲬXⲨY',
  latin: "ıiɑaɡgɩiɪiʏyƄbʋuɯwꞌ'ꜱsᴄcᴏoᴜuᴠvᴡwᴢzƽsƧ2ᶃgᴦr",
  syllabics: 'ᗅAᑲbᗷBᑯdᗞDᗪDᖴFᕼHᒍJᒪLᗰMᑭPᖇRᑌUᐯV᙭XⵔOⵝXⴸVⴹEꓒdꬵfⲅrꞟuꭎuꭒuϺMռnգqɣyꞳXꞲJƦR',
  runic: 'ᚷXᛕKᛖM',
  hebrew: 'סo',
  symbols: '⍳i⍴p⍺a∨vⅼl∪U⋃U℮e⏽l𐊂B𐊇F𐊠A𐊡B𐊫O𐐬o𐑈s𐐄O𐐠S',
};

/** Letters in a style that NFKC leaves alone: small capitals, and the white letters on black below. */
const STYLED_ROW = 'ᴀaʙbᴅdᴇeꜰfɢgʜhᴊjᴋkʟlᴍmɴnᴘpʀrᴛtꞯqꮇm';

/** Likeness that a reader accepts inside a word, though UTS #39 does not list it or lists another shape. */
const LOOSE_ROWS = {
  cyrillic: 'кkтtмmнhвbьbԍGҿeԚQБ6пnиuзzєeґrѡwщwшwԏdлnдdфoэeёeйuіiїi',
  greek: 'κkτtεeηnωwχxδdβbμuθoιiάaέeόoίiήnύuώwλlπnςsζz',
  armenian: 'յjԼLՀZաwլlքpբpրnտmսu',
  latin: 'ƅbɋqɾrɐaǝeɛeɜeɔcɟfɥhʞkɹrʇtʌvʎyøoØOłlŁLđdĐDħhĦHŧtŦTꜹaɨiƗIʉuɓbɗdɠgɦhƙkɱmɲnƥpƬTʂsʐzɏyƶzȼcɇeɍrƀbƚl',
  greekCapitals: 'ϝfϬ6',
  thai: 'คaรsทnกnหnพwฟwลaสaบuนuง',
  symbols: '∂dσo∩n∑eЄE€e£l¢c¥y₹r₦N₩W©c®r¡i',
};

const ENCLOSED: readonly (readonly [first: number, letters: string])[] = [
  [0x1f150, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'], // negative circled
  [0x1f170, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'], // negative squared
];

function tableOf(rows: Readonly<Record<string, string>>): Map<number, string> {
  const table = new Map<number, string>();
  for (const row of Object.values(rows)) {
    const characters = [...row];
    for (let i = 0; i + 1 < characters.length; i += 2) table.set(characters[i]!.codePointAt(0)!, characters[i + 1]!);
  }
  return table;
}

const STRICT = tableOf(STRICT_ROWS);
const LOOSE = tableOf(LOOSE_ROWS);
const STYLED = tableOf({ small: STYLED_ROW });
for (const [first, letters] of ENCLOSED) for (let i = 0; i < letters.length; i++) STYLED.set(first + i, letters[i]!);

/** The ASCII character that this one is easily taken for, or null. ASCII is taken for nothing else. */
export function confusableWith(cp: number): string | null {
  return STRICT.get(cp) ?? STYLED.get(cp) ?? null;
}

/** As `confusableWith`, and what passes inside a word besides: enough to read a word, too much to accuse it. */
export function looseConfusableWith(cp: number): string | null {
  return STRICT.get(cp) ?? STYLED.get(cp) ?? LOOSE.get(cp) ?? null;
}

/** Every pair of the strict table, for tests and documents. */
export function* confusables(): Generator<readonly [character: string, looksLike: string]> {
  for (const [cp, letter] of STRICT) yield [String.fromCodePoint(cp), letter];
}
