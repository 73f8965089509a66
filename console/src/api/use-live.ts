import { useEffect, useRef, useState } from 'react';
import type { ExchangeRow, LiveFlight, LiveGap } from '../../../src/gateway/admin/api.ts';

export interface Live {
  readonly state: 'connecting' | 'open' | 'lost';
  readonly inFlight: number;
}

export interface LiveHandlers {
  readonly onExchange: (row: ExchangeRow) => void;
  readonly onGap: (missed: number) => void;
}

/** Follows the traffic. The browser reconnects by itself and says what it saw last, so nothing is lost in between. */
export function useLive(after: number | null, handlers: LiveHandlers): Live {
  const [state, setState] = useState<Live['state']>('connecting');
  const [inFlight, setInFlight] = useState(0);
  const current = useRef(handlers);
  current.current = handlers;

  useEffect(() => {
    if (after === null) return;
    const source = new EventSource(`/api/live?after=${after}`);
    source.onopen = () => setState('open');
    source.onerror = () => setState('lost');
    source.addEventListener('exchange', (event) => {
      current.current.onExchange(JSON.parse((event as MessageEvent<string>).data) as ExchangeRow);
    });
    source.addEventListener('flight', (event) => {
      setInFlight((JSON.parse((event as MessageEvent<string>).data) as LiveFlight).total);
    });
    source.addEventListener('gap', (event) => {
      current.current.onGap((JSON.parse((event as MessageEvent<string>).data) as LiveGap).missed);
    });
    return () => source.close();
  }, [after]);

  return { state, inFlight };
}
