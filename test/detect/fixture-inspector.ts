import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { STAND_IN_RESOURCES } from './stand-in-resources.ts';
import type { Detector, ExchangeContext, Inspector } from '../../src/detect/detector.ts';

const ROOM = resolve(import.meta.dirname, '../../src/detect');

export const EMPTY_CONTEXT: ExchangeContext = {
  instructions: [],
  userTexts: [],
  answerSchema: null,
  tools: [],
  model: 'a-model',
  principal: null,
};

/**
 * The inspector that a detector's fixtures are for: with the defaults, or, for a detector that does nothing before it is
 * told what to look for or needs a model, with the options and the exchange in `fixtures/setup.json`.
 */
export function fixtureInspector(detector: Detector<string, unknown>): Inspector {
  const file = join(ROOM, detector.meta.id, 'fixtures/setup.json');
  if (!existsSync(file)) return detector.create(detector.defaults);
  const setup = JSON.parse(readFileSync(file, 'utf8')) as { options?: unknown; context?: Partial<ExchangeContext> };
  const inspector = detector.create(detector.options(z).parse(setup.options ?? {}), STAND_IN_RESOURCES);
  return inspector.forExchange?.({ ...EMPTY_CONTEXT, ...setup.context }) ?? inspector;
}
