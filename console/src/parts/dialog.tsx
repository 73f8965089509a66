import { useEffect, useId, useRef } from 'react';
import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';

/** A modal question. The browser's own element keeps the focus inside and gives it back; Escape closes it. */
export function Dialog({
  title,
  onClose,
  locked = false,
  children,
}: {
  readonly title: string;
  readonly onClose: () => void;
  /** Escape and the cross do nothing: closing would lose something that is shown once. */
  readonly locked?: boolean;
  readonly children: ReactNode;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = ref.current!;
    dialog.showModal();
    // React focuses before the dialog is modal, and showModal() then moves the focus to the first button.
    dialog.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => dialog.close();
  }, []);
  return (
    <dialog
      ref={ref}
      className="dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        if (!locked) onClose();
      }}
    >
      <header>
        <h2 id={titleId}>{title}</h2>
        {!locked && (
          <button type="button" className="button quiet icon-only" aria-label="Close" onClick={onClose}>
            <Icon name="close" size={14} />
          </button>
        )}
      </header>
      {children}
    </dialog>
  );
}
