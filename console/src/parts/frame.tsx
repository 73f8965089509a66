import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { SignedIn, Status } from '../../../src/gateway/admin/api.ts';
import { useResource } from '../api/use-resource.ts';
import { useWaitingApprovals } from '../api/use-waiting-approvals.ts';
import { Link, useRouter } from '../router.tsx';
import { setTheme, useTheme } from '../theme.ts';
import type { Theme } from '../theme.ts';
import { Icon, Logo } from './icon.tsx';
import type { IconName } from './icon.tsx';
import { Notice } from './notice.tsx';

const PAGES: readonly { readonly href: string; readonly label: string; readonly icon: IconName }[] = [
  { href: '/', label: 'Overview', icon: 'overview' },
  { href: '/traffic', label: 'Traffic', icon: 'traffic' },
  { href: '/approvals', label: 'Approvals', icon: 'approvals' },
  { href: '/principals', label: 'Principals', icon: 'principals' },
  { href: '/keys', label: 'Keys', icon: 'keys' },
  { href: '/rules', label: 'Rules', icon: 'rules' },
  { href: '/playground', label: 'Playground', icon: 'playground' },
  { href: '/config', label: 'Configuration', icon: 'config' },
  { href: '/ledger', label: 'Ledger', icon: 'ledger' },
];

/** The frame around every page: where one can go, how the gateway is, who is signed in. */
export function Frame({
  admin,
  onSignOut,
  children,
}: {
  readonly admin: SignedIn;
  readonly onSignOut: () => void;
  readonly children: ReactNode;
}) {
  const { path } = useRouter();
  const status = useResource<Status>('/api/status', 10_000);
  const live = useWaitingApprovals();
  const waiting = live ?? status.data?.approvalsWaiting ?? 0;
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [path]);
  const failing = status.data?.checks.filter((check) => !check.ok) ?? [];
  return (
    <div className="frame">
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <aside className="side">
        <div className="brand">
          <Logo />
          <span>Parapet</span>
          <button
            type="button"
            className="button quiet icon-only menu-button"
            aria-expanded={open}
            aria-controls="menu"
            aria-label="Menu"
            onClick={() => setOpen(!open)}
          >
            <Icon name={open ? 'close' : 'menu'} />
          </button>
        </div>
        <div id="menu" className={`menu${open ? ' open' : ''}`}>
          <nav aria-label="Pages">
            <ul>
              {PAGES.map((page) => {
                const current = page.href === '/' ? path === '/' : path.startsWith(page.href);
                return (
                  <li key={page.href}>
                    <Link href={page.href} aria-current={current ? 'page' : undefined}>
                      <Icon name={page.icon} />
                      {page.label}
                      {page.href === '/approvals' && <Waiting count={waiting} />}
                    </Link>
                  </li>
                );
              })}
            </ul>
          </nav>
          <div className="side-foot">
            <GatewayState status={status.data} lost={status.error !== null} />
            <ThemeSwitch />
            <div className="who">
              <span className="who-name" title={admin.name}>
                {admin.name}
              </span>
              <button
                type="button"
                className="button quiet icon-only"
                aria-label="Sign out"
                title="Sign out"
                onClick={onSignOut}
              >
                <Icon name="out" size={14} />
              </button>
            </div>
          </div>
        </div>
      </aside>
      <div className="content">
        {status.data !== null && status.data.reloadError !== null && path !== '/config' && (
          <Notice tone="warn" title="The newest configuration could not be loaded. The last good one stays in force.">
            <Link href="/config">See what is wrong</Link>
          </Notice>
        )}
        {failing.length > 0 && (
          <Notice tone="bad" title="The gateway is not ready.">
            {failing.map((check) => `${check.name}: ${check.detail}`).join(' · ')}
          </Notice>
        )}
        {children}
      </div>
    </div>
  );
}

/** How many requests wait for a person; nothing where none does. */
function Waiting({ count }: { readonly count: number }) {
  if (count === 0) return null;
  return (
    <span className="nav-count">
      {count}
      <span className="visually-hidden"> waiting</span>
    </span>
  );
}

function GatewayState({ status, lost }: { readonly status: Status | null; readonly lost: boolean }) {
  const tone = lost
    ? 'bad'
    : status === null
      ? 'quiet'
      : !status.ready
        ? 'bad'
        : status.reloadError !== null
          ? 'warn'
          : 'good';
  const text = lost ? 'No answer' : status === null ? 'Connecting' : status.ready ? 'Ready' : 'Not ready';
  return (
    <div className="gateway-state" role="status">
      <span className={`dot tone-${tone}`} aria-hidden="true" />
      <span>{text}</span>
      <span className="faint">{status === null ? '' : `v${status.version}`}</span>
    </div>
  );
}

const THEMES: readonly { readonly theme: Theme; readonly icon: IconName; readonly label: string }[] = [
  { theme: 'system', icon: 'system', label: 'Like the system' },
  { theme: 'light', icon: 'sun', label: 'Light' },
  { theme: 'dark', icon: 'moon', label: 'Dark' },
];

function ThemeSwitch() {
  const current = useTheme();
  return (
    <div className="theme-switch" role="group" aria-label="Colours">
      {THEMES.map(({ theme, icon, label }) => (
        <button
          key={theme}
          type="button"
          aria-pressed={current === theme}
          aria-label={label}
          title={label}
          onClick={() => setTheme(theme)}
        >
          <Icon name={icon} size={14} />
        </button>
      ))}
    </div>
  );
}
