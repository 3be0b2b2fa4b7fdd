/** What this browser remembers for itself. Storage may be forbidden; then it is forgotten with the page. */

export function recall<T>(area: 'local' | 'session', key: string, fallback: T): T {
  try {
    const text = storage(area).getItem(`switchboard.${key}`);
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    return fallback;
  }
}

export function keep(area: 'local' | 'session', key: string, value: unknown): void {
  try {
    storage(area).setItem(`switchboard.${key}`, JSON.stringify(value));
  } catch {
    // Nothing depends on it.
  }
}

function storage(area: 'local' | 'session'): Storage {
  return area === 'local' ? localStorage : sessionStorage;
}
