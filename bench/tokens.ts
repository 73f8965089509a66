/**
 * Error and cost of `estimateTokens` against `o200k_base`, by kind of text. Run: `node bench/tokens.ts`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { countTokens, estimateTokens } from '../src/text/count-tokens.ts';

const root = join(import.meta.dirname, '..');
const code = readFileSync(join(root, 'src/conversation/surface.ts'), 'utf8');
const json = readFileSync(join(root, 'package-lock.json'), 'utf8').slice(0, 20_000);
let seed = 1;
const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
const letters = Array.from({ length: 4000 }, () => 'abcdefghijklmnopqrstuvwxyz'[Math.floor(random() * 26)]).join('');

const TEXTS: Record<string, string> = {
  English:
    'The customer asked whether the transfer of four hundred euros had arrived; it had, on Tuesday, although the bank had marked it as pending until the sender’s identity was confirmed.',
  German:
    'Der Kunde fragte, ob die Überweisung von vierhundert Euro angekommen sei; sie war am Dienstag eingegangen, obwohl die Bank sie als vorgemerkt führte, bis die Identität des Absenders bestätigt war.',
  French:
    'Le client a demandé si le virement de quatre cents euros était arrivé ; il l’était depuis mardi, bien que la banque l’ait indiqué comme étant en attente jusqu’à la vérification de l’expéditeur.',
  Polish:
    'Klient zapytał, czy przelew na czterysta euro już dotarł; dotarł we wtorek, chociaż bank oznaczał go jako oczekujący, dopóki tożsamość nadawcy nie została potwierdzona.',
  Turkish:
    'Müşteri dört yüz avroluk havalenin ulaşıp ulaşmadığını sordu; gönderenin kimliği doğrulanana kadar banka beklemede gösterse de salı günü ulaşmıştı.',
  Russian:
    'Клиент спросил, поступил ли перевод на четыреста евро; он поступил во вторник, хотя банк отмечал его как ожидающий, пока не была подтверждена личность отправителя.',
  Greek:
    'Ο πελάτης ρώτησε αν έφτασε η μεταφορά των τετρακοσίων ευρώ· είχε φτάσει την Τρίτη, αν και η τράπεζα την έδειχνε σε εκκρεμότητα.',
  Arabic:
    'سأل العميل عما إذا كان تحويل الأربعمائة يورو قد وصل؛ لقد وصل يوم الثلاثاء رغم أن البنك أشار إليه على أنه معلق.',
  Hebrew: 'הלקוח שאל אם ההעברה של ארבע מאות אירו הגיעה; היא הגיעה ביום שלישי אף שהבנק סימן אותה כממתינה.',
  Hindi: 'ग्राहक ने पूछा कि क्या चार सौ यूरो का अंतरण आ गया है; वह मंगलवार को आ गया था, हालाँकि बैंक ने उसे लंबित दिखाया था।',
  Thai: 'ลูกค้าถามว่าเงินโอนสี่ร้อยยูโรมาถึงแล้วหรือยัง เงินมาถึงตั้งแต่วันอังคารแม้ว่าธนาคารจะแสดงว่ายังรอดำเนินการอยู่',
  Chinese: '客户询问四百欧元的转账是否已经到账；尽管银行在确认汇款人身份之前将其标记为待处理，但款项已于星期二到账。',
  Japanese:
    '顧客は四百ユーロの振込が届いたかどうかを尋ねた。送金者の本人確認が済むまで銀行は保留中と表示していたが、火曜日には届いていた。',
  Korean:
    '고객이 사백 유로 송금이 도착했는지 물었다. 은행은 보낸 사람의 신원이 확인될 때까지 보류 중이라고 표시했지만 화요일에 도착했다.',
  Emoji: '🎉🎉 great job team 👩‍💻👨‍🚀 let’s go 🚀🔥❤️🙏',
  'TypeScript source': code,
  'JSON (lock file)': json,
  Numbers: '4111 1111 1111 1111, 2026-03-01T12:00:00Z, 3.14159265, 1,234,567.89 ',
  Base64: Buffer.from(code).toString('base64').slice(0, 4000),
  'Random letters': letters,
  '40,000 equal CJK': '的'.repeat(40_000),
  '40,000 spaces': ' '.repeat(40_000),
};

console.log('text                  characters    tokens  estimate   error   estimate µs/1000 chars');
for (const [name, text] of Object.entries(TEXTS)) {
  const exact = await countTokens(text);
  const estimate = estimateTokens(text);
  const rounds = Math.ceil(400_000 / text.length);
  for (let round = 0; round < rounds; round++) estimateTokens(text);
  const start = performance.now();
  for (let round = 0; round < rounds; round++) estimateTokens(text);
  const micros = ((performance.now() - start) / rounds / text.length) * 1e6;
  const error = `${(100 * (estimate / exact - 1)).toFixed(0)} %`;
  console.log(
    name.padEnd(20),
    String(text.length).padStart(11),
    String(exact).padStart(9),
    String(estimate).padStart(9),
    error.padStart(7),
    micros.toFixed(2).padStart(10),
  );
}
