import { parentPort } from 'node:worker_threads';
import { serveUnpack } from './serve-unpack.ts';
import type { UnpackRequest } from './unpack-channel.ts';

parentPort?.on('message', (request: UnpackRequest) => serveUnpack(request));
