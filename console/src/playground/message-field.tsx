import { Button } from '../parts/button.tsx';
import { type Message, ORIGINS, ROLES } from './question.ts';

/** One text with who says it and where it comes from. */
export function MessageField({
  message,
  name,
  rows,
  onChange,
  onRemove,
}: {
  readonly message: Message;
  readonly name: string;
  readonly rows: number;
  readonly onChange: (message: Message) => void;
  readonly onRemove?: (() => void) | undefined;
}) {
  return (
    <div className="message-field">
      <div className="row">
        <label className="inline-label">
          <span>Role</span>
          <select
            value={message.role}
            aria-label={`Role of ${name}`}
            onChange={(event) => onChange({ ...message, role: event.target.value as Message['role'] })}
          >
            {ROLES.map((role) => (
              <option key={role}>{role}</option>
            ))}
          </select>
        </label>
        <label className="inline-label">
          <span>Origin</span>
          <select
            value={message.origin}
            aria-label={`Origin of ${name}`}
            onChange={(event) => onChange({ ...message, origin: event.target.value as Message['origin'] })}
          >
            <option value="">as usual</option>
            {ORIGINS.map((origin) => (
              <option key={origin}>{origin}</option>
            ))}
          </select>
        </label>
        {onRemove !== undefined && (
          <Button kind="quiet" className="push" icon="close" aria-label={`Remove ${name}`} onClick={onRemove}>
            Remove
          </Button>
        )}
      </div>
      <textarea
        className="prose"
        aria-label={name}
        rows={rows}
        spellCheck={false}
        value={message.text}
        onChange={(event) => onChange({ ...message, text: event.target.value })}
      />
    </div>
  );
}
