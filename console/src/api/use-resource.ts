import { useCallback, useEffect, useRef, useState } from 'react';
import { request, RequestError } from './request.ts';

export interface Resource<T> {
  /** The newest answer; stays while a newer one is fetched, and when that fails. */
  readonly data: T | null;
  readonly error: RequestError | null;
  reload(): Promise<void>;
  /** Replaces the answer by one that a change gave back. */
  set(data: T): void;
}

/** Last answers by path, so that coming back to a page shows it at once. Emptied at sign-out. */
const remembered = new Map<string, unknown>();
export function forgetResources(): void {
  remembered.clear();
}

/** Fetches `path`, again every `every` milliseconds while the page is visible. */
export function useResource<T>(path: string, every?: number): Resource<T> {
  const [state, setState] = useState<{ path: string; data: T | null; error: RequestError | null }>(() => ({
    path,
    data: (remembered.get(path) as T | undefined) ?? null,
    error: null,
  }));
  const wanted = useRef(path);
  wanted.current = path;

  const set = useCallback(
    (data: T) => {
      remembered.set(path, data);
      setState({ path, data, error: null });
    },
    [path],
  );

  const reload = useCallback(async () => {
    try {
      const data = await request<T>(path);
      remembered.set(path, data);
      if (wanted.current === path) setState({ path, data, error: null });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (wanted.current === path) {
        setState((old) => ({ path, data: old.path === path ? old.data : null, error }));
      }
    }
  }, [path]);

  useEffect(() => {
    void reload();
    if (every === undefined) return;
    const timer = setInterval(() => {
      if (!document.hidden) void reload();
    }, every);
    const onVisible = () => {
      if (!document.hidden) void reload();
    };
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [reload, every]);

  // Between a change of path and its answer: what is remembered of the new one, never the old page's data.
  const data = state.path === path ? state.data : ((remembered.get(path) as T | undefined) ?? null);
  return { data, error: state.path === path ? state.error : null, reload, set };
}
