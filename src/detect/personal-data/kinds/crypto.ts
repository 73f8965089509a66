import { isBase58Address, isEthereumAddress, isSegwitAddress } from '../crypto-address.ts';
import type { ShapedKind } from '../kind.ts';

const WALLET = [
  'wallet',
  'address',
  'bitcoin',
  'btc',
  'ethereum',
  'eth',
  'crypto',
  'send to',
  'adresse',
  'dirección',
  'endereço',
  'кошел*',
  '地址',
  '钱包',
];
const LANGUAGES = ['en', 'de', 'fr', 'es', 'pt', 'ru', 'zh'];

const lengths = (from: number, to: number, alone: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => ({ form: `X${from + i}`, alone }));

export const CRYPTO: readonly ShapedKind[] = [
  {
    id: 'bitcoin-address',
    group: 'crypto',
    title: 'a Bitcoin address',
    severity: 'medium',
    checksum: true,
    context: WALLET,
    languages: LANGUAGES,
    source: 'https://github.com/bitcoin/bips/blob/master/bip-0350.mediawiki',
    shapes: lengths(26, 74, 0.95),
    asWritten: true,
    check: (word) =>
      word.length <= 35 && (word[0] === '1' || word[0] === '3')
        ? isBase58Address(word)
        : /^bc1/i.test(word) && isSegwitAddress(word),
  },
  {
    id: 'ethereum-address',
    group: 'crypto',
    title: 'an Ethereum address',
    severity: 'medium',
    checksum: true,
    context: WALLET,
    languages: LANGUAGES,
    source: 'https://eips.ethereum.org/EIPS/eip-55',
    shapes: lengths(42, 42, 0.85),
    asWritten: true,
    check: isEthereumAddress,
  },
];
