import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import { MessageMemory } from '../guard/message-memory.ts';
import { VerdictCache } from '../guard/verdict-cache.ts';
import { ThreadMemory } from './thread-memory.ts';

/** What the gateway remembers of requests to read their histories by: hashes and verdicts, in memory, bounded. */
export class GuardMemory {
  readonly verdicts: VerdictCache;
  readonly messages: MessageMemory;
  readonly threads: ThreadMemory;

  constructor({ verdicts, memory }: Config['guard'], clock: Clock) {
    this.verdicts = new VerdictCache({ ...verdicts, clock });
    this.messages = new MessageMemory({ ...memory, clock });
    this.threads = new ThreadMemory({ keepFor: memory.keepFor, clock });
  }

  /** After the configuration was loaded again. */
  resize({ verdicts, memory }: Config['guard']): void {
    this.verdicts.resize(verdicts);
    this.messages.resize(memory);
    this.threads.resize({ keepFor: memory.keepFor });
  }
}
