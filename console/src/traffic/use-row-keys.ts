import { useEffect, useRef } from 'react';
import type { RefObject } from 'react';

/** j and k move through the rows' links (Enter then opens, as on any link), `/` goes to the filters, p pauses. */
export function useRowKeys(
  table: RefObject<HTMLTableElement | null>,
  filters: RefObject<HTMLFormElement | null>,
  onPause: () => void,
): void {
  const pause = useRef(onPause);
  pause.current = onPause;
  useEffect(() => {
    const move = (by: 1 | -1) => {
      const links = [...(table.current?.querySelectorAll<HTMLAnchorElement>('a[data-row]') ?? [])];
      if (links.length === 0) return;
      const at = links.indexOf(document.activeElement as HTMLAnchorElement);
      const next = links[at === -1 ? 0 : Math.min(links.length - 1, Math.max(0, at + by))];
      next?.focus({ preventScroll: true });
      next?.closest('tr')?.scrollIntoView({ block: 'nearest' });
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      if (event.key === 'j') move(1);
      else if (event.key === 'k') move(-1);
      else if (event.key === '/') filters.current?.querySelector<HTMLInputElement>('input')?.focus();
      else if (event.key === 'p') pause.current();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [table, filters]);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, select, textarea, [contenteditable]');
}
