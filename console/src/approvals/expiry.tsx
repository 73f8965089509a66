import { useEffect, useState } from 'react';
import { countdown } from './state.ts';

/** Time that is left, second by second; counted by the server's clock, whatever this machine's says. */
export function Expiry({ at, serverNow }: { readonly at: number; readonly serverNow: number }) {
  const [skew] = useState(() => serverNow - Date.now());
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const left = at - (now + skew);
  return (
    <time className={`expiry${left < 60_000 ? ' soon' : ''}`} dateTime={new Date(at).toISOString()} role="timer">
      {left <= 0 ? 'expired' : countdown(left)}
    </time>
  );
}
