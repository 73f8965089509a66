import { createContext, useCallback, useContext, useEffect, useState } from 'react';
import type { AnchorHTMLAttributes, MouseEvent, ReactNode } from 'react';

interface Router {
  readonly path: string;
  readonly search: URLSearchParams;
  go(to: string, how?: 'push' | 'replace'): void;
}

const RouterContext = createContext<Router | null>(null);

export function RouterProvider({ children }: { readonly children: ReactNode }) {
  const [place, setPlace] = useState(() => location.pathname + location.search);
  useEffect(() => {
    const onPop = () => setPlace(location.pathname + location.search);
    addEventListener('popstate', onPop);
    return () => removeEventListener('popstate', onPop);
  }, []);
  const go = useCallback((to: string, how: 'push' | 'replace' = 'push') => {
    if (how === 'push') history.pushState(null, '', to);
    else history.replaceState(null, '', to);
    setPlace(to);
    if (how === 'push') scrollTo(0, 0);
  }, []);
  const [path = '/', search = ''] = place.split('?');
  return <RouterContext value={{ path, search: new URLSearchParams(search), go }}>{children}</RouterContext>;
}

export function useRouter(): Router {
  const router = useContext(RouterContext);
  if (router === null) throw new Error('useRouter outside RouterProvider');
  return router;
}

/** A link that changes the page without loading it again; opens elsewhere with a modifier, as links do. */
export function Link({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { readonly href: string }) {
  const { go } = useRouter();
  const click = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (event.defaultPrevented || !plain) return;
    event.preventDefault();
    go(href);
  };
  return <a href={href} onClick={click} {...rest} />;
}
