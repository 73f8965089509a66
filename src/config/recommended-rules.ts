/**
 * The rules that we would switch on first, as the configuration file writes them: `parapet init` writes them, and
 * `docs/rules.md` explains them. What is sure acts at once; what is a judgement is recorded first (`mode: shadow`), until
 * somebody has looked at what it would have done.
 */
export const RECOMMENDED_RULES = `rules: # what is looked for, where, and what happens then: allow | flag | redact | review | block
  # Credentials go neither to the model nor out of it.
  - { id: secrets-in, detector: secret-leak, on: [input], action: redact }
  - { id: secrets-out, detector: secret-leak, on: [output], action: redact }

  # The model works with placeholders; in the answer they are the values again.
  - id: personal-data
    detector: personal-data
    on: [input]
    origins: [user, tool, document]
    action: redact
    restore: true

  # What would carry data away when it is shown, what gives the instructions away, and what was planted to be recognised.
  - { id: links, detector: exfil-link, on: [output], action: redact }
  - { id: prompt-leaks, detector: prompt-leak, on: [output], action: redact }
  - { id: canaries, detector: canary, on: [output], action: block }

  # Attacks: by users, and by what tools and documents bring in. Judgements, so they begin in shadow mode: look at what they
  # would have stopped, then take the line with the mode out.
  - id: user-attacks
    detector: user-attack
    on: [input]
    action: block
    mode: shadow
  - id: embedded-instructions
    detector: embedded-instruction
    on: [input]
    action: block
    mode: shadow

  # For the record.
  - { id: obfuscation, detector: obfuscation, on: [input], origins: [user, tool, document], action: flag }
  - { id: unsafe-code, detector: unsafe-code, on: [output], action: flag }
  - { id: harmful-content, detector: harmful-content, action: flag }
  - { id: repetition, detector: length-and-repetition, on: [output], action: flag }
`;
