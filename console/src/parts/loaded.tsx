import type { ReactNode } from 'react';
import type { Resource } from '../api/use-resource.ts';
import { Button } from './button.tsx';
import { Failure } from './notice.tsx';

/** Shows a resource: a placeholder of the same height while it comes, the reason when it does not. */
export function Loaded<T>({
  resource,
  lines = 8,
  children,
}: {
  readonly resource: Resource<T>;
  readonly lines?: number;
  readonly children: (data: T) => ReactNode;
}) {
  const retry = <Button onClick={() => void resource.reload()}>Try again</Button>;
  if (resource.data === null) {
    if (resource.error !== null) return <Failure error={resource.error} action={retry} />;
    return <Skeleton lines={lines} />;
  }
  return (
    <>
      {resource.error !== null && <Failure error={resource.error} action={retry} />}
      {children(resource.data)}
    </>
  );
}

export function Skeleton({ lines }: { readonly lines: number }) {
  return (
    <div className="skeleton" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, i) => (
        <span key={i} />
      ))}
    </div>
  );
}
