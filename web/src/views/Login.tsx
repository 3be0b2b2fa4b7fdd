/** Who is there? */
import { useEffect, useRef, useState } from 'preact/hooks';
import { signIn } from '../desk.ts';
import { t } from '../strings/index.ts';
import { Language } from './Language.tsx';

export function Login({ ended }: { ended: boolean }) {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (busy) return;
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setError(null);
    setError(await signIn(String(form.get('user')), String(form.get('password'))));
    setBusy(false);
  }

  return (
    <main class="door">
      <form class="login" onSubmit={(event) => void submit(event)}>
        <p class="brand"><Mark />{t.product}</p>
        <h1>{t.login.heading}</h1>
        <p class="lead">{t.login.lead}</p>
        {ended && <p class="note warn" role="status">{t.login.ended}</p>}
        <label for="login-user">{t.login.user}</label>
        <input
          id="login-user" name="user" ref={first} required autocomplete="username" autocapitalize="none"
          spellcheck={false} aria-describedby={error ? 'login-error' : undefined}
        />
        <label for="login-password">{t.login.password}</label>
        <input
          id="login-password" name="password" type="password" required autocomplete="current-password"
          aria-describedby={error ? 'login-error' : undefined}
        />
        <p class="login-error" id="login-error" role="alert">{error}</p>
        <button class="button primary wide" type="submit" aria-disabled={busy ? 'true' : undefined}>
          {busy ? t.login.busy : t.login.submit}
        </button>
        <Language />
      </form>
    </main>
  );
}

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="24" height="24" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" />
      <path d="M16 16 8.500 8.500M16 16l7.500-7.500M16 16v9" />
      <circle cx="16" cy="16" r="3.600" /><circle cx="8" cy="8" r="2.700" />
      <circle cx="24" cy="8" r="2.700" /><circle cx="16" cy="25.200" r="2.700" />
    </svg>
  );
}
