/** One value of a call, and where it comes from. */
export interface RuledArgument {
  readonly path: string;
  /** Null where the record keeps none: only somebody who decides on a call is shown its values. */
  readonly value: string | null;
  /** In words. */
  readonly from: string;
  readonly verdict: 'allow' | 'approve' | 'deny';
}

/** A tool call that Parapet took out of an answer, as its record tells it. */
export interface StoppedCall {
  readonly name: string;
  readonly verdict: 'approve' | 'deny';
  readonly rule: string;
  readonly reason: string;
  readonly args: readonly RuledArgument[];
  /** Address of the page where a person decides; null where nobody is asked. */
  readonly approval: string | null;
}

/** What was stopped of the answer to one request, by the id that the gateway gave it. */
export type StoppedCalls = (requestId: string) => Promise<readonly StoppedCall[]>;
