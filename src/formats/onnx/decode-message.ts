import { type Field, type MessageName, SCHEMA } from './schema.ts';
import type { WireReader } from './wire-reader.ts';

/** A decoded message: fields by name. A repeated field is always a list, a field that is absent is not there. */
export type Message = Readonly<Record<string, unknown>>;

/** Messages inside messages: a graph in an attribute of a node of a graph counts three. */
const MAX_DEPTH = 64;

/** The largest number that protobuf allows for a field. */
const MAX_FIELD = 2 ** 29 - 1;

/** What one file may cost: a message of two bytes becomes an object of a hundred. */
export interface Budget {
  messages: number;
}

/** Decodes one message of the schema, up to the reader's end. */
export function decodeMessage(reader: WireReader, name: MessageName, budget: Budget, depth = 0): Message {
  if (depth > MAX_DEPTH) reader.malformed(`it is nested more than ${MAX_DEPTH} deep`);
  if ((budget.messages -= 1) < 0) reader.malformed('it has too many parts');
  const fields = SCHEMA[name];
  const message: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  while (reader.at < reader.end) {
    const key = reader.small();
    const wireType = key & 7;
    const number = Math.floor(key / 8);
    // Other readers keep 32 bits of a key, and would find another field in it.
    if (number === 0 || number > MAX_FIELD) reader.malformed(`a field has number ${number}`);
    const field = fields[number];
    if (field === undefined) {
      reader.skip(wireType);
      continue;
    }
    reader.path.push(field.name);
    if (field.many) {
      const list = (message[field.name] ??= []) as unknown[];
      reader.path[reader.path.length - 1] = `${field.name}[${list.length}]`;
      readMany(reader, field, wireType, list, budget, depth);
    } else {
      // Protobuf would merge the two, each reader in its own way.
      if (field.name in message && field.kind in SCHEMA) reader.malformed(`field ${field.name} occurs twice`);
      message[field.name] = readOne(reader, field, wireType, budget, depth);
    }
    reader.path.pop();
  }
  return message;
}

function readMany(
  reader: WireReader,
  field: Field,
  wireType: number,
  list: unknown[],
  budget: Budget,
  depth: number,
): void {
  const numeric =
    field.kind === 'int64' || field.kind === 'float' || field.kind === 'double' || field.kind === 'uint64';
  if (!numeric || wireType !== 2) {
    list.push(readOne(reader, field, wireType, budget, depth));
    return;
  }
  const outer = reader.enter();
  while (reader.at < reader.end) {
    switch (field.kind) {
      case 'float':
        list.push(reader.float());
        break;
      case 'double':
        list.push(reader.double());
        break;
      case 'uint64':
        list.push(reader.bigint());
        break;
      default:
        list.push(reader.int64());
    }
  }
  reader.leave(outer);
}

const WIRE_TYPES = { int64: 0, uint64: 0, float: 5, double: 1, text: 2, bytes: 2 } as const;

function readOne(reader: WireReader, field: Field, wireType: number, budget: Budget, depth: number): unknown {
  const { kind } = field;
  const expected = kind in WIRE_TYPES ? WIRE_TYPES[kind as keyof typeof WIRE_TYPES] : 2;
  if (wireType !== expected) reader.malformed(`field ${field.name} has wire type ${wireType}`);
  switch (kind) {
    case 'int64':
      return reader.int64();
    case 'uint64':
      return reader.bigint();
    case 'float':
      return reader.float();
    case 'double':
      return reader.double();
    case 'text':
      return reader.text();
    case 'bytes':
      return reader.delimited();
    default: {
      const outer = reader.enter();
      const from = reader.at;
      const message = decodeMessage(reader, kind, budget, depth + 1);
      // What is not decoded further (sparse tensors, types) is kept as it was.
      if (kind === 'Attribute' || kind === 'Type')
        (message as Record<string, unknown>)['encoded'] = reader.bytes.subarray(from, reader.end);
      reader.leave(outer);
      return message;
    }
  }
}
