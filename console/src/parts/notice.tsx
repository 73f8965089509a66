import type { ReactNode } from 'react';
import { RequestError } from '../api/request.ts';
import { Icon } from './icon.tsx';

export function Notice({
  tone,
  title,
  children,
  action,
}: {
  readonly tone: 'bad' | 'warn' | 'info' | 'good';
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}) {
  const icon = { bad: 'error', warn: 'warning', info: 'info', good: 'check' } as const;
  return (
    <div className={`notice tone-${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon name={icon[tone]} />
      <div className="notice-text">
        <strong>{title}</strong>
        {children !== undefined && <div>{children}</div>}
      </div>
      {action}
    </div>
  );
}

/** A request that failed, with what to do. */
export function Failure({ error, action }: { readonly error: unknown; readonly action?: ReactNode }) {
  const known = error instanceof RequestError ? error : null;
  return (
    <Notice tone="bad" title={known?.message ?? 'Something went wrong in this page.'} action={action}>
      {known?.hint ??
        (known === null ? 'Reload it; if that does not help, look into the browser’s console.' : undefined)}{' '}
      {known !== null && <code className="faint">{known.code}</code>}
    </Notice>
  );
}
