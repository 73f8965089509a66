import type { KeyOnce } from '../../../src/gateway/admin/api.ts';
import { Button, CopyButton } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Notice } from '../parts/notice.tsx';
import { Time } from '../parts/time.tsx';

/** The one moment in which a key can be seen. Closes by its button alone. */
export function KeyOnceDialog({ once, onClose }: { readonly once: KeyOnce; readonly onClose: () => void }) {
  return (
    <Dialog title={`Key for ${once.key.principal}`} onClose={onClose} locked>
      <Notice tone="warn" title="Copy it now: it is not shown again.">
        The gateway keeps only a hash of it.
      </Notice>
      <p className="secret">
        <code>{once.secret}</code>
        <CopyButton text={once.secret} label="Copy the key" />
      </p>
      {once.oldWorksUntil !== null && (
        <p>
          The old key works until <Time at={once.oldWorksUntil} as="both" />.
        </p>
      )}
      <footer>
        <Button kind="primary" data-first onClick={onClose}>
          I have stored it
        </Button>
      </footer>
    </Dialog>
  );
}
