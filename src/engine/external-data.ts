import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { Fault } from '../core/fault.ts';
import type { OnnxExternalData, OnnxTensor } from '../formats/onnx/onnx-model.ts';
import { byteLength, elementCount } from '../formats/onnx/tensor-data.ts';

/** How often the bytes of a data file may be asked for: weights that share a place are a few, and more would fill the memory from a small file. */
const READ_OVER = 4;

/** A file with weights beside a model. */
interface DataFile {
  /** Without symbolic links. */
  readonly path: string;
  readonly size: number;
  /** Bytes that may still be asked for. */
  left: number;
}

/**
 * The files with weights that a model names. Each is one file however many names lead to it, and one is open at a time, so that a
 * model of thousands of files, or of thousands of names for one, takes one descriptor.
 */
export class ExternalData {
  readonly #folder: string;
  readonly #byLocation = new Map<string, DataFile>();
  /** By device and inode. */
  readonly #byIdentity = new Map<string, DataFile>();
  #open: { readonly file: DataFile; readonly handle: FileHandle } | null = null;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** The data of the model that lies in `file`. */
  static async of(file: string): Promise<ExternalData> {
    return new ExternalData(await realpath(dirname(file)));
  }

  /** The files that were asked for so far: as the model calls them, and where they are. */
  get files(): readonly { readonly location: string; readonly path: string }[] {
    return [...this.#byLocation].map(([location, { path }]) => ({ location, path }));
  }

  /**
   * Checks that the bytes of a tensor are there, and counts them as asked for.
   * @param name how messages call it
   * @throws Fault `ERR_MODEL_MALFORMED`
   */
  async find(name: string, tensor: OnnxTensor, external: OnnxExternalData): Promise<DataFile> {
    const { location, offset } = external;
    let file = this.#byLocation.get(location);
    if (file === undefined) {
      file = await this.#locate(location, name);
      this.#byLocation.set(location, file);
    }
    const length = lengthOf(tensor);
    if (offset + length > file.size) {
      throw new Fault('ERR_MODEL_MALFORMED', `A data file of the model is too short: ${file.size} bytes.`, {
        where: `initializer ${JSON.stringify(name)}, ${location}, bytes ${offset} to ${offset + length}`,
        hint: 'Copy the data file again; it must be the one that was written with the model.',
      });
    }
    if ((file.left -= length) < 0) {
      throw new Fault('ERR_MODEL_MALFORMED', 'The weights of the model are many times the bytes of its data file.', {
        where: placeOf(name, location),
        hint: 'Export the model again: each weight should lie at a place of its own.',
      });
    }
    return file;
  }

  /**
   * Checks as `find` does, and reads.
   * @throws Fault `ERR_MODEL_MALFORMED`, `ERR_USAGE` where the file cannot be read
   */
  async read(name: string, tensor: OnnxTensor, external: OnnxExternalData): Promise<Uint8Array> {
    const file = await this.find(name, tensor, external);
    const where = placeOf(name, external.location);
    const bytes = room(lengthOf(tensor), where);
    const handle = await this.#handle(file, where);
    let done = 0;
    while (done < bytes.length) {
      const most = Math.min(bytes.length - done, 2 ** 30);
      const { bytesRead } = await handle.read(bytes, done, most, external.offset + done);
      if (bytesRead === 0) throw new Fault('ERR_MODEL_MALFORMED', 'A data file of the model is too short.', { where });
      done += bytesRead;
    }
    return bytes;
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    await open?.handle.close();
  }

  async #handle(file: DataFile, where: string): Promise<FileHandle> {
    if (this.#open?.file === file) return this.#open.handle;
    await this.close();
    try {
      this.#open = { file, handle: await open(file.path, 'r') };
    } catch (cause) {
      throw new Fault('ERR_USAGE', 'A data file of the model cannot be read.', {
        where,
        hint: 'Look at its permissions, and at how many files this process has open.',
        cause,
      });
    }
    return this.#open.handle;
  }

  async #locate(location: string, name: string): Promise<DataFile> {
    const where = placeOf(name, location);
    let path: string;
    try {
      path = await realpath(join(this.#folder, location));
    } catch (cause) {
      throw new Fault('ERR_MODEL_MALFORMED', 'A data file of the model is missing.', {
        where,
        hint: 'Put it beside the model, under the name that the model gives it.',
        cause,
      });
    }
    // The reader has refused `..`; a symbolic link could still lead out.
    if (!path.startsWith(this.#folder.endsWith(sep) ? this.#folder : this.#folder + sep)) {
      throw new Fault('ERR_MODEL_MALFORMED', "A data file of the model lies outside the model's folder.", {
        where,
        hint: "Put the file itself into the model's folder, in place of the link.",
      });
    }
    const found = await stat(path);
    if (!found.isFile()) throw new Fault('ERR_MODEL_MALFORMED', 'A data file of the model is no file.', { where });
    const identity = `${found.dev} ${found.ino}`;
    const known = this.#byIdentity.get(identity);
    if (known !== undefined) return known;
    const file: DataFile = { path, size: found.size, left: READ_OVER * found.size };
    this.#byIdentity.set(identity, file);
    return file;
  }
}

function lengthOf({ type, dims }: OnnxTensor): number {
  // The reader lets no tensor of texts lie outside, and none without a number of elements.
  return type === 'string' ? 0 : byteLength(type, elementCount(dims) ?? 0);
}

function placeOf(name: string, location: string): string {
  return `initializer ${JSON.stringify(name)}, ${location}`;
}

function room(length: number, where: string): Uint8Array {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    throw new Fault('ERR_MODEL_UNSUPPORTED', `A tensor of ${length} bytes does not fit into the memory.`, {
      where,
      hint: 'Export a smaller model.',
      cause,
    });
  }
}
