/**
 * What the upstream does is chosen by the model's name, which a gateway passes on unchanged:
 * `name+modifier=value+modifier`. For example `echo+chars=3+split=1+crlf`, `error-429+retry-after-ms=20+times=2`.
 *
 * Names
 * - `echo`            says the last user text back; `decode` says back what its last base64 word decodes to,
 *                     so that the request itself does not show the text
 * - `long`            `length=N` characters of prose (default 4000)
 * - `tools`           calls the first tool offered; `parallel-tools` calls every tool offered, twice when it is only one;
 *                     either answers in text once a tool's result is the last message
 * - `reasoning`       thinks first, then answers
 * - `refusal`         refuses in the provider's own way
 * - `length`          stops because the maximum of tokens was reached
 * - `error-<status>`  the provider's error of that status
 * - `error-mid`, `hang`, `hang-mid`, `reset`, `reset-mid`, `truncate`, `malformed`   faults; `-mid` after `at=N` frames (default 4)
 * - anything else     a short text; where a JSON schema was asked for, a value that fits it
 *
 * Modifiers
 * - `in=text|reasoning|tool|refusal`  the channel that `echo` and `decode` speak in (default text)
 * - `choice=N`        with several choices, only choice N says it back; the others speak prose
 * - `chars=N`         code points a delta (default 4); `split=N` bytes a write; `split=all` one write (default: one a frame)
 * - `slow=MS`         wait between writes
 * - `crlf`            lines end in CR LF; `comments` adds comment lines, `pings` keep-alive events
 * - `unknown`         unknown fields and event types
 * - `input=N`, `output=N`, `cached=N`, `cache-write=N`   the usage that is reported
 * - `retry-after=S`, `retry-after-ms=MS`, `should-retry=true|false`   headers of an error
 * - `times=N`         fail only the first N requests that carry this very model name
 * - `id=…`            no meaning: makes a name unique
 */
export interface Scenario {
  readonly name: string;
  has(modifier: string): boolean;
  text(modifier: string, otherwise: string): string;
  number(modifier: string, otherwise: number): number;
  /** The name without modifiers, or the whole. */
  readonly model: string;
}

export function parseScenario(model: string): Scenario {
  const [name = '', ...rest] = model.split('+');
  const modifiers = new Map(
    rest.map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? ([part, ''] as const) : ([part.slice(0, at), part.slice(at + 1)] as const);
    }),
  );
  return {
    name,
    model,
    has: (modifier) => modifiers.has(modifier),
    text: (modifier, otherwise) => modifiers.get(modifier) ?? otherwise,
    number(modifier, otherwise) {
      const value = modifiers.get(modifier);
      if (value === undefined) return otherwise;
      const number = Number(value);
      if (!Number.isFinite(number)) throw new Error(`Scenario ${model}: ${modifier} is not a number.`);
      return number;
    },
  };
}
