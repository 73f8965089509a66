import { EMPTY_CONTEXT } from '../../test/detect/fixture-inspector.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { Fault } from '../core/fault.ts';
import type { Finding } from '../core/finding.ts';
import type { Inspector, Subject } from './detector.ts';
import type { Resources } from './resources.ts';
import { tierKeys, type TierOptions } from './tier-options.ts';
import { type TierSubject, withTiers } from './tiered.ts';

const subject: Subject = { stage: 'input', role: 'user', origin: 'user', kind: 'text' };
const about: TierSubject = {
  id: 'test',
  question: 'The text is an attack.',
  what: 'an attack',
  severity: 'high',
  label: 'ATTACK',
};

/** Scores are written in the text: `own=0.5 encoder=0.9 judge=0.1`. */
const said = (text: string, name: string): number | null => {
  const found = new RegExp(`${name}=([\\d.]+)`).exec(text);
  return found === null ? null : Number(found[1]);
};

const base: Inspector = {
  inspect: (text) => {
    const score = said(text, 'own');
    if (score === null || score < 0.5) return [];
    const finding: Finding = {
      rule: 'test/own',
      severity: 'medium',
      message: 'own',
      span: { start: 0, end: 3 },
      mask: '****',
      label: 'OWN',
      score,
    };
    return [finding];
  },
  score: (text) => said(text, 'own'),
};

function setup(options: unknown, from: Inspector = base) {
  const asked: string[] = [];
  const tiers = z.strictObject(tierKeys(z)).parse(options) as TierOptions;
  const score = (name: string, text: string): number => {
    asked.push(name);
    const value = said(text, name);
    if (value === null) throw new Fault('ERR_CHECK_FAILED', `${name} is down`);
    return value;
  };
  const resources: Resources = {
    encoder: () => ({
      labels: ['BENIGN', 'ATTACK'],
      classify: async () => [],
      probability: async (_labels, text) => score('encoder', text),
    }),
    judge: () => ({ ask: async (question, text) => (asked.push(question), { score: score('judge', text) }) }),
    canaries: () => [],
  };
  return { inspector: withTiers(from, tiers, about, resources), asked };
}

const encoder = { folder: 'm', labels: ['ATTACK'], band: [0.1, 0.8] };
const judge = { url: 'https://j.example/v1', model: 'j' };

describe('withTiers', () => {
  it('gives the inspector back when there are no tiers', () => {
    assert.equal(setup({}).inspector, base);
  });

  it('asks no tier where the inspector is certain, and answers at once', () => {
    const { inspector, asked } = setup({ encoder, judge });
    const certain = inspector.inspect('own=0.95 encoder=0', subject);
    assert.ok(Array.isArray(certain));
    assert.equal(certain[0]!.rule, 'test/own');
    assert.deepEqual(inspector.inspect('own=0.05 encoder=1', subject), []);
    assert.deepEqual(asked, []);
  });

  it('lets the encoder decide where the inspector is uncertain', async () => {
    const { inspector, asked } = setup({ encoder });
    const [found] = await inspector.inspect(' own=0.2 encoder=0.7 ', subject);
    assert.deepEqual(found, {
      rule: 'test/encoder',
      severity: 'high',
      message: 'The encoder takes this for an attack.',
      span: { start: 1, end: 20 },
      mask: '19 characters',
      label: 'ATTACK',
      score: 0.7,
    });
    assert.deepEqual(await inspector.inspect('own=0.7 encoder=0.4', subject), [], 'it also takes back');
    const [kept] = await inspector.inspect('own=0.7 encoder=0.6', subject);
    assert.deepEqual([kept!.rule, kept!.span, kept!.score], ['test/encoder', { start: 0, end: 3 }, 0.6]);
    assert.deepEqual(asked, ['encoder', 'encoder', 'encoder']);
    assert.equal(await inspector.score!('own=0.7 encoder=0.6', subject), 0.6);
  });

  it('lets the judge decide where the tier before it is uncertain, or always', async () => {
    const both = setup({ encoder, judge });
    assert.equal((await both.inspector.inspect('own=0.2 encoder=0.5 judge=0.9', subject))[0]!.rule, 'test/judge');
    assert.deepEqual(await both.inspector.inspect('own=0.2 encoder=0.7 judge=0.1', subject), []);
    assert.equal((await both.inspector.inspect('own=0.2 encoder=0.95', subject))[0]!.rule, 'test/encoder');
    assert.deepEqual(both.asked.slice(0, 3), ['encoder', about.question, 'judge']);
    assert.equal(both.asked.length, 7);
    const always = setup({ judge: { ...judge, when: 'always', question: 'My own.' } });
    assert.equal((await always.inspector.inspect('own=0.01 judge=0.9', subject))[0]!.rule, 'test/judge');
    assert.deepEqual(await always.inspector.inspect('own=0.99 judge=0.1', subject), []);
    assert.deepEqual(always.asked, ['My own.', 'judge', 'My own.', 'judge']);
  });

  it('asks nobody about texts that are not its business, or nothing at all', () => {
    const { inspector, asked } = setup({ encoder, judge: { ...judge, when: 'always' } });
    assert.deepEqual(inspector.inspect('nothing', subject), []);
    assert.equal(inspector.score!('nothing', subject), null);
    const blank = setup({ encoder }, { inspect: () => [] });
    assert.deepEqual(blank.inspector.inspect(' \n ', subject), []);
    assert.deepEqual([...asked, ...blank.asked], []);
  });

  it('asks about everything that an inspector without a score does not find', async () => {
    const { inspector, asked } = setup({ encoder: { ...encoder, band: [0, 0.98] } }, { inspect: base.inspect });
    assert.equal((await inspector.inspect('own=0.1 encoder=0.9', subject))[0]!.rule, 'test/encoder');
    assert.equal((await inspector.inspect('own=0.6 encoder=0.1', subject))[0]!.rule, 'test/own');
    assert.deepEqual(asked, ['encoder']);
  });

  it('fails when a tier that is asked fails', async () => {
    const { inspector } = setup({ encoder, judge });
    await assert.rejects(async () => inspector.inspect('own=0.2', subject), /encoder is down/);
    await assert.rejects(async () => inspector.inspect('own=0.2 encoder=0.5', subject), /judge is down/);
    await assert.rejects(async () => inspector.score!('own=0.2', subject), /encoder is down/);
  });

  it('binds the inspector to an exchange beneath its tiers, and waits for one that is slow itself', async () => {
    const bound: Inspector = { inspect: async () => [], score: async () => 0.5 };
    const { inspector } = setup({ encoder }, { ...base, forExchange: () => bound });
    const inside = inspector.forExchange!(EMPTY_CONTEXT);
    assert.equal((await inside.inspect('own=0.9 encoder=0.7', subject))[0]!.rule, 'test/encoder');
  });

  it('refuses labels that the model does not have', () => {
    assert.throws(() => setup({ encoder: { ...encoder, labels: ['ATTACK', 'JAILBREAK'] } }), {
      code: 'ERR_CONFIG',
      message: 'The model has no label "JAILBREAK".',
      hint: 'It has BENIGN, ATTACK.',
    });
  });

  it('refuses bands that are upside down, and URLs that carry a password', () => {
    const schema = z.strictObject(tierKeys(z));
    assert.equal(schema.safeParse({ encoder: { ...encoder, band: [0.9, 0.1] } }).success, false);
    assert.equal(schema.safeParse({ judge: { ...judge, url: 'https://a:b@j.example/v1' } }).success, false);
    assert.equal(schema.safeParse({ judge: { ...judge, url: 'ftp://j.example' } }).success, false);
    assert.equal(schema.safeParse({ encoder: { ...encoder, labels: [] } }).success, false);
  });
});
