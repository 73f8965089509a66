import { useCallback, useEffect, useState } from 'react';
import type { SessionState } from '../../src/gateway/admin/api.ts';
import { request, RequestError, whenSignedOut } from './api/request.ts';
import { forgetResources } from './api/use-resource.ts';
import { ApprovalPage } from './pages/approval.tsx';
import { ApprovalsPage } from './pages/approvals.tsx';
import { ConfigPage } from './pages/config.tsx';
import { ExchangePage } from './pages/exchange.tsx';
import { KeysPage } from './pages/keys.tsx';
import { LedgerPage } from './pages/ledger.tsx';
import { MissingPage } from './pages/missing.tsx';
import { OverviewPage } from './pages/overview.tsx';
import { PlaygroundPage } from './pages/playground.tsx';
import { PrincipalsPage } from './pages/principals.tsx';
import { RuleEditPage } from './pages/rule-edit.tsx';
import { RulesPage } from './pages/rules.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { TrafficPage } from './pages/traffic.tsx';
import { Button } from './parts/button.tsx';
import { Frame } from './parts/frame.tsx';
import { Failure } from './parts/notice.tsx';
import { carryChanges } from './rules/carried-changes.ts';
import { useRouter } from './router.tsx';

export function App() {
  const [session, setSession] = useState<SessionState | null>(null);
  const [error, setError] = useState<RequestError | null>(null);

  const load = useCallback(async () => {
    try {
      setSession(await request<SessionState>('/api/session'));
      setError(null);
    } catch (caught) {
      if (!(caught instanceof RequestError)) throw caught;
      setError(caught);
    }
  }, []);

  useEffect(() => {
    whenSignedOut(() => {
      forgetResources();
      carryChanges('');
      setSession((old) => (old === null ? null : { ...old, admin: null }));
    });
    void load();
  }, [load]);

  const signOut = async () => {
    try {
      setSession(await request<SessionState>('/api/session', { method: 'DELETE' }));
      forgetResources();
    } catch (caught) {
      if (!(caught instanceof RequestError)) throw caught;
      setError(caught);
    }
  };

  if (error !== null) {
    return (
      <div className="alone">
        <Failure error={error} action={<Button onClick={() => void load()}>Try again</Button>} />
      </div>
    );
  }
  if (session === null) return null;
  if (session.admin === null) return <SignInPage session={session} onSignedIn={setSession} />;
  return (
    <Frame admin={session.admin} onSignOut={() => void signOut()}>
      <CurrentPage />
    </Frame>
  );
}

function CurrentPage() {
  const { path } = useRouter();
  const exchange = /^\/traffic\/([A-Za-z0-9_-]+)$/.exec(path)?.[1];
  if (exchange !== undefined) return <ExchangePage key={exchange} id={exchange} />;
  const approval = /^\/approvals\/([A-Za-z0-9_-]+)$/.exec(path)?.[1];
  if (approval !== undefined) return <ApprovalPage key={approval} id={approval} />;
  switch (path) {
    case '/':
      return <OverviewPage />;
    case '/traffic':
      return <TrafficPage />;
    case '/approvals':
      return <ApprovalsPage />;
    case '/principals':
      return <PrincipalsPage />;
    case '/keys':
      return <KeysPage />;
    case '/rules':
      return <RulesPage />;
    case '/rules/edit':
      return <RuleEditPage />;
    case '/playground':
      return <PlaygroundPage />;
    case '/config':
      return <ConfigPage />;
    case '/ledger':
      return <LedgerPage />;
    default:
      return <MissingPage />;
  }
}
