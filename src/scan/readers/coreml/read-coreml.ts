import { bufferedSource } from '../../../bytes/buffered-source.ts';
import type { ByteSource } from '../../../bytes/byte-source.ts';
import { WireError, type WireField, wireFields, wireText } from '../../../formats/protobuf/wire.ts';

/** What of a Core ML model needs more than the framework, and what people wrote about it. */
export interface CoreMl {
  /** Layers, models and operators that an app has to bring the code for. */
  readonly custom: readonly {
    readonly kind: 'model' | 'layer' | 'operator';
    readonly name: string;
    readonly offset: number;
  }[];
  /** Other files: linked models, and weights outside the package. */
  readonly files: readonly { readonly path: string; readonly why: string; readonly offset: number }[];
  readonly texts: readonly { readonly path: string; readonly text: string; readonly offset: number }[];
  readonly problem: string | null;
}

/** Fields of `Model` that hold one kind of model each (Core ML Format, Model.proto). */
const KINDS: ReadonlySet<number> = new Set([
  200, 201, 202, 300, 301, 302, 303, 304, 305, 400, 401, 402, 403, 404, 500, 501, 502, 555, 556, 560, 600, 601, 602, 603, 604, 606, 607, 609, 610,
  900, 2000, 2001, 2002, 2003, 2004, 2005, 2006, 3000,
]); // prettier-ignore
const NEURAL_NETWORKS: ReadonlySet<number> = new Set([500, 403, 303]);
const MAX_DEPTH = 24;
const MAX_FIELDS = 4_000_000;
const MAX_FOUND = 2000;

class Stop extends Error {}

/** True where the bytes are a message with a version, a description, and one kind of model. */
export function isCoreMl(source: ByteSource): boolean {
  const buffered = bufferedSource(source);
  let kinds = 0;
  let fields = 0;
  try {
    for (const { number, wire, value } of wireFields(buffered)) {
      if (++fields > 32) return false;
      if (number === 1 && (wire !== 0 || !(value >= 1 && value < 1000))) return false;
      if (number > 1 && number !== 2 && number !== 10 && !KINDS.has(number)) return false;
      if (KINDS.has(number)) kinds++;
    }
  } catch {
    return false;
  }
  return kinds === 1;
}

/** Reads a Core ML model (`.mlmodel`, or the specification of an `.mlpackage`). Weights are passed over. Never throws. */
export function readCoreMl(source: ByteSource): CoreMl {
  const walk = new Walk(bufferedSource(source));
  let problem: string | null = null;
  try {
    walk.model({ number: 0, wire: 2, value: 0, offset: 0, length: source.size }, 0);
  } catch (error) {
    if (!(error instanceof Stop) && !(error instanceof WireError)) throw error;
    problem = error.message;
  }
  return { custom: walk.custom, files: walk.files, texts: walk.texts, problem };
}

class Walk {
  readonly custom: { kind: 'model' | 'layer' | 'operator'; name: string; offset: number }[] = [];
  readonly files: { path: string; why: string; offset: number }[] = [];
  readonly texts: { path: string; text: string; offset: number }[] = [];
  readonly #source: ByteSource;
  #fields = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  *#inside(parent: WireField): Generator<WireField> {
    for (const field of wireFields(this.#source, parent.offset, parent.offset + parent.length)) {
      if (++this.#fields > MAX_FIELDS) throw new Stop(`more than ${MAX_FIELDS} fields`);
      yield field;
    }
  }

  #note(kind: 'model' | 'layer' | 'operator', name: string, offset: number): void {
    if (this.custom.length >= MAX_FOUND) throw new Stop(`more than ${MAX_FOUND} custom parts`);
    this.custom.push({ kind, name, offset });
  }

  model(parent: WireField, depth: number): void {
    if (depth > MAX_DEPTH) throw new Stop(`models nested deeper than ${MAX_DEPTH} levels`);
    for (const field of this.#inside(parent)) {
      if (field.wire !== 2) continue;
      const { number } = field;
      if (number === 2) this.#description(field);
      else if (NEURAL_NETWORKS.has(number)) this.#network(field, depth);
      else if (number === 502) this.#program(field, depth);
      else if (number === 555) {
        for (const part of this.#inside(field)) {
          if (part.number === 10 && part.wire === 2)
            this.#note('model', wireText(this.#source, part, 300), field.offset);
        }
      } else if (number === 556) this.#linked(field);
      else if (number === 202) this.#pipeline(field, depth);
      else if (number === 200 || number === 201) {
        for (const part of this.#inside(field)) if (part.number === 1 && part.wire === 2) this.#pipeline(part, depth);
      }
    }
  }

  #pipeline(parent: WireField, depth: number): void {
    for (const field of this.#inside(parent)) if (field.number === 1 && field.wire === 2) this.model(field, depth + 1);
  }

  #linked(parent: WireField): void {
    for (const file of this.#inside(parent)) {
      if (file.number !== 1 || file.wire !== 2) continue;
      for (const part of this.#inside(file)) {
        if (part.wire !== 2) continue;
        // A parameter with a default value, its first field.
        for (const value of this.#inside(part)) {
          if (value.number !== 1 || value.wire !== 2) continue;
          this.files.push({
            path: wireText(this.#source, value, 300),
            why: 'it is another model that is loaded with it',
            offset: value.offset,
          });
        }
      }
    }
  }

  #description(parent: WireField): void {
    for (const field of this.#inside(parent)) {
      if (field.number !== 100 || field.wire !== 2) continue;
      for (const part of this.#inside(field)) {
        if (part.wire !== 2) continue;
        if (this.texts.length >= MAX_FOUND) throw new Stop(`more than ${MAX_FOUND} texts`);
        const names: Readonly<Record<number, string>> = { 1: 'description', 2: 'version', 3: 'author', 4: 'license' };
        if (names[part.number] !== undefined) {
          this.texts.push({
            path: names[part.number]!,
            text: wireText(this.#source, part, 65_536),
            offset: part.offset,
          });
        } else if (part.number === 100) {
          let key = '';
          for (const entry of this.#inside(part)) {
            if (entry.number === 1) key = wireText(this.#source, entry, 100);
            else if (entry.number === 2)
              this.texts.push({
                path: `userDefined.${key}`,
                text: wireText(this.#source, entry, 65_536),
                offset: entry.offset,
              });
          }
        }
      }
    }
  }

  /** Layers (1) of a network; those of loops and branches hold networks of their own. */
  #network(parent: WireField, depth: number): void {
    if (depth > MAX_DEPTH) throw new Stop(`networks nested deeper than ${MAX_DEPTH} levels`);
    for (const layer of this.#inside(parent)) {
      if (layer.number !== 1 || layer.wire !== 2) continue;
      for (const part of this.#inside(layer)) {
        if (part.wire !== 2) continue;
        if (part.number === 500) {
          for (const entry of this.#inside(part)) {
            if (entry.number === 10 && entry.wire === 2)
              this.#note('layer', wireText(this.#source, entry, 300), part.offset);
          }
        } else if (part.number === 605 || part.number === 615 || part.number === 600) {
          // Loop: condition and body; branch: both ways.
          for (const inner of this.#inside(part))
            if (inner.wire === 2 && inner.number >= 1) this.#maybeNetwork(inner, depth + 1);
        }
      }
    }
  }

  #maybeNetwork(field: WireField, depth: number): void {
    try {
      this.#network(field, depth);
    } catch (error) {
      // A name, and no network.
      if (!(error instanceof WireError)) throw error;
    }
  }

  /** ML programs: functions (2), their blocks (3), operations (3) with a type (1) and blocks of their own (4). */
  #program(parent: WireField, depth: number): void {
    for (const entry of this.#inside(parent)) {
      if (entry.number !== 2 || entry.wire !== 2) continue;
      for (const value of this.#inside(entry)) {
        if (value.number !== 2 || value.wire !== 2) continue;
        for (const block of this.#inside(value)) {
          if (block.number !== 3 || block.wire !== 2) continue;
          for (const part of this.#inside(block))
            if (part.number === 2 && part.wire === 2) this.#block(part, depth + 1);
        }
      }
    }
  }

  #block(parent: WireField, depth: number): void {
    if (depth > MAX_DEPTH) throw new Stop(`blocks nested deeper than ${MAX_DEPTH} levels`);
    for (const operation of this.#inside(parent)) {
      if (operation.number !== 3 || operation.wire !== 2) continue;
      for (const part of this.#inside(operation)) {
        if (part.wire !== 2) continue;
        if (part.number === 1) {
          const type = wireText(this.#source, part, 100);
          if (type.startsWith('custom')) this.#note('operator', type, part.offset);
        } else if (part.number === 4) this.#block(part, depth + 1);
        else if (part.number === 5) this.#attribute(part);
      }
    }
  }

  /** An attribute's value (2) may be a blob in a file (5) with a name (1). */
  #attribute(parent: WireField): void {
    for (const value of this.#inside(parent)) {
      if (value.number !== 2 || value.wire !== 2) continue;
      for (const part of this.#inside(value)) {
        if (part.number !== 5 || part.wire !== 2) continue;
        for (const name of this.#inside(part)) {
          if (name.number !== 1 || name.wire !== 2) continue;
          const path = wireText(this.#source, name, 300);
          if (/^@model_path\/(?!.*\.\.)/.test(path)) continue;
          if (this.files.length >= MAX_FOUND) throw new Stop(`more than ${MAX_FOUND} names of files`);
          this.files.push({ path, why: 'weights are read from it', offset: name.offset });
        }
      }
    }
  }
}
