// Data that a page shows: asked for when it opens, again at intervals while somebody looks at it.

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export interface Loaded<T> {
  value: T | null;
  error: unknown;
  reload: () => void;
}

export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, inputs: unknown[], everyMs = 0): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [round, setRound] = useState(0);
  const loader = useRef(load);
  loader.current = load;
  useEffect(() => {
    const stop = new AbortController();
    let timer = 0;
    const again = async (): Promise<void> => {
      if (!document.hidden) {
        try {
          const loaded = await loader.current(stop.signal);
          if (stop.signal.aborted) return;
          setValue(() => loaded);
          setError(null);
        } catch (fault) {
          if (stop.signal.aborted) return;
          setError(fault);
        }
      }
      if (everyMs > 0 && !stop.signal.aborted) timer = window.setTimeout(() => void again(), everyMs);
    };
    void again();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [round, everyMs, ...inputs]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  return { value, error, reload };
}

/** Of a width that changes the layout, not only the look. */
export function useWide(query = '(min-width: 900px)'): boolean {
  const [wide, setWide] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const changed = (): void => setWide(media.matches);
    media.addEventListener('change', changed);
    return () => media.removeEventListener('change', changed);
  }, [query]);
  return wide;
}
