/**
 * How well the prompt detectors detect, beside published figures and other programs, and what all detectors cost.
 *
 *     npm run bench:detect [-- users|documents|hidden|peers|cost]
 *
 * Needs `../shared/data`, and the models of the folds, which `npm run train:prompts` makes.
 */
import { readData } from '../../train/read-data.ts';
import { printAnchors } from './anchors.ts';
import { printCost } from './cost.ts';
import { printDataChannel } from './data-channel.ts';
import { printObfuscated } from './obfuscated.ts';
import { printPeers } from './peers.ts';
import { judgeUserChannel, printOverDefence, printUserChannel } from './user-channel.ts';

const wanted = process.argv.slice(2);
const wants = (part: string): boolean => wanted.length === 0 || wanted.includes(part);

if (['users', 'documents', 'hidden', 'peers'].some(wants)) {
  const data = readData('prompts/injection.jsonl.gz');
  if (['users', 'hidden', 'peers'].some(wants)) {
    const channel = judgeUserChannel(data);
    if (wants('users')) {
      printUserChannel(channel);
      printOverDefence(channel);
    }
    if (wants('hidden')) await printObfuscated(channel);
    if (wants('peers')) await printPeers(channel);
  }
  if (wants('documents')) printDataChannel(data);
}
if (wants('users')) printAnchors();
if (wants('cost')) await printCost();
process.exit(0); // a peer keeps workers
