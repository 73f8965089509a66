/**
 * What Cedar policies can speak of, in Cedar's schema language. `parapet policy schema` prints it, so that an
 * editor with Cedar support completes and checks policies; `check-policies.ts` validates every policy against it.
 */
export const CEDAR_SCHEMA = `// Who may do what: the words that Parapet's policies are written in.

/// A group of principals that shares budgets and rights: \`principal in Team::"research"\`.
entity Team = {
  "name": String,
};

/// Who asks, as the credential alone says. Its id comes from the virtual key, the token's claim or the certificate.
///
/// Verified claims are tags, each a set of strings: \`principal.hasTag("groups") &&
/// principal.getTag("groups").contains("admins")\`. A claim inside another has a dotted name
/// ("realm_access.roles"); numbers and booleans are written out ("42", "true"). A client certificate gives
/// "certificate.names", "certificate.subject" and "certificate.fingerprint".
entity Principal in [Team] = {
  /// The id as text, for patterns: \`principal.name like "ci-*"\`.
  "name": String,
  /// "key", "jwt", "mtls" or "anonymous".
  "kind": String,
  "team"?: String,
  /// Public id of the virtual key.
  "keyId"?: String,
} tags Set<String>;

/// A model, by the name that the caller uses: \`resource == Model::"gpt-4o"\`, \`resource.name like "gpt-*"\`.
entity Model = {
  "name": String,
};

entity Tool = {
  "name": String,
};

entity Dataset = {
  "name": String,
};

type Request = {
  /// "openai-chat", "anthropic-messages", …
  "surface": String,
  /// Whether the answer was asked for as a stream.
  "stream": Bool,
  /// Where the request comes from: \`context.address.isInRange(ip("10.0.0.0/8"))\`.
  "address": ipaddr,
};

/// Send a request to a model.
action "invoke" appliesTo {
  principal: [Principal],
  resource: [Model],
  context: Request,
};

/// See that something exists.
action "list" appliesTo {
  principal: [Principal],
  resource: [Model, Tool, Dataset],
  context: Request,
};

/// Have a tool called.
action "call" appliesTo {
  principal: [Principal],
  resource: [Tool],
  context: Request,
};

/// Read a data set.
action "read" appliesTo {
  principal: [Principal],
  resource: [Dataset],
  context: Request,
};
`;
