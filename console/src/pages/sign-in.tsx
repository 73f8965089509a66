import { useEffect, useRef, useState } from 'react';
import type { FormEvent } from 'react';
import type { SessionState } from '../../../src/gateway/admin/api.ts';
import { request, RequestError } from '../api/request.ts';
import { Button } from '../parts/button.tsx';
import { Logo } from '../parts/icon.tsx';
import { Failure, Notice } from '../parts/notice.tsx';
import { useRouter } from '../router.tsx';

/** Why single sign-on sent the browser back here without a session. */
const SSO_REASON: Readonly<Record<string, string>> = {
  ERR_FORBIDDEN: 'This identity may not sign in. Its e-mail address or `sub` has to be listed in admin.oidc.allow.',
  ERR_AUTH_THROTTLED: 'Too many attempts came from this address. Wait a minute.',
  ERR_UPSTREAM_UNREACHABLE: 'The sign-in provider cannot be reached.',
};

export function SignInPage({
  session,
  onSignedIn,
}: {
  readonly session: SessionState;
  readonly onSignedIn: (session: SessionState) => void;
}) {
  const { search, path, go } = useRouter();
  const [error, setError] = useState<RequestError | null>(null);
  const [busy, setBusy] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = 'Sign in · Parapet';
    first.current?.focus();
  }, []);
  const ssoFailure = search.get('sign-in');

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    try {
      const body = { name: form.get('name'), password: form.get('password') };
      const next = await request<SessionState>('/api/session', { method: 'POST', body });
      if (ssoFailure !== null) go(path, 'replace');
      onSignedIn(next);
    } catch (caught) {
      if (!(caught instanceof RequestError)) throw caught;
      setError(caught);
      setBusy(false);
    }
  };

  return (
    <main className="sign-in" id="main">
      <form className="sign-in-card" onSubmit={(event) => void submit(event)}>
        <div className="brand large">
          <Logo />
          <span>Parapet</span>
        </div>
        <h1>Sign in to the console</h1>
        {error !== null && <Failure error={error} />}
        {error === null && ssoFailure !== null && (
          <Notice tone="bad" title="Single sign-on did not work.">
            {SSO_REASON[ssoFailure] ?? 'Begin again; the gateway’s log has the reason.'}
          </Notice>
        )}
        <label className="field">
          <span>Name</span>
          <input ref={first} name="name" autoComplete="username" required defaultValue="admin" maxLength={256} />
        </label>
        <label className="field">
          <span>Password</span>
          <input name="password" type="password" autoComplete="current-password" required maxLength={1024} />
        </label>
        <Button kind="primary" type="submit" disabled={busy}>
          {busy ? 'Signing in…' : 'Sign in'}
        </Button>
        {session.oidc && (
          <>
            <div className="or">
              <span>or</span>
            </div>
            <a className="button plain" href="/api/oidc/start">
              Continue with single sign-on
            </a>
          </>
        )}
        <p className="faint small">
          The gateway printed the name and a first password when it started for the first time;{' '}
          <code>parapet admin password</code> makes a new one.
        </p>
      </form>
      <p className="faint small">Parapet {session.version}</p>
    </main>
  );
}
