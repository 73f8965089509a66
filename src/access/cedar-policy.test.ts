import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isFault } from '../core/fault.ts';
import type { Principal } from '../core/principal.ts';
import type { AccessRequest } from './access.ts';
import { ACTIONS, RESOURCE_TYPES } from './access.ts';
import { createCedarPolicy } from './cedar-policy.ts';
import { CEDAR_SCHEMA } from './cedar-schema.ts';
import { checkPolicies, listPolicies } from './check-policies.ts';

function principal(change: Partial<Principal> = {}): Principal {
  return { id: 'alice', kind: 'key', claims: {}, ...change };
}

function request(change: Partial<AccessRequest> = {}): AccessRequest {
  return {
    principal: principal(),
    action: 'invoke',
    resource: { type: 'Model', id: 'gpt-4o' },
    context: { surface: 'openai-chat', stream: false, address: '10.1.2.3' },
    ...change,
  };
}

const EVERYTHING = 'permit(principal, action, resource);';

describe('createCedarPolicy', () => {
  it('denies by default and names no policy', () => {
    assert.deepEqual(createCedarPolicy('').decide(request()), { allowed: false, policies: [], errors: [] });
  });

  it('names the policies that decided, by @id or number', () => {
    const policy = createCedarPolicy(`${EVERYTHING} @id("all") ${EVERYTHING}`);
    assert.deepEqual(policy.decide(request()), { allowed: true, policies: ['all', 'policy0'], errors: [] });
  });

  it('lets a forbid win', () => {
    const policy = createCedarPolicy(`${EVERYTHING}
      @id("no-mini") forbid(principal, action, resource) when { resource.name like "*-mini" };`);
    assert.equal(policy.decide(request()).allowed, true);
    assert.deepEqual(policy.decide(request({ resource: { type: 'Model', id: 'gpt-4o-mini' } })), {
      allowed: false,
      policies: ['no-mini'],
      errors: [],
    });
  });

  it('knows team, kind, key id, resource type and action', () => {
    const policy = createCedarPolicy(`
      permit(principal in Team::"research", action == Action::"invoke", resource is Model);
      permit(principal, action == Action::"call", resource == Tool::"search") when { principal.kind == "jwt" };
      permit(principal, action == Action::"read", resource is Dataset)
        when { principal has keyId && principal.keyId == "abc" && principal has team && principal.team == "lab" };`);
    const decide = (change: Partial<AccessRequest>) => policy.decide(request(change)).allowed;
    assert.equal(decide({ principal: principal({ team: 'research' }) }), true);
    assert.equal(decide({ principal: principal({ team: 'Research' }) }), false);
    assert.equal(decide({ principal: principal({ id: 'research' }) }), false);
    const tool = { type: 'Tool', id: 'search' } as const;
    assert.equal(decide({ principal: principal({ kind: 'jwt' }), action: 'call', resource: tool }), true);
    assert.equal(decide({ principal: principal({ kind: 'mtls' }), action: 'call', resource: tool }), false);
    assert.equal(decide({ principal: principal({ team: 'research' }), action: 'call', resource: tool }), false);
    const data = { type: 'Dataset', id: 'x' } as const;
    assert.equal(decide({ principal: principal({ keyId: 'abc', team: 'lab' }), action: 'read', resource: data }), true);
    assert.equal(
      decide({ principal: principal({ keyId: 'abd', team: 'lab' }), action: 'read', resource: data }),
      false,
    );
  });

  it('reads claims as tags: lists, scalars, nested', () => {
    const policy = createCedarPolicy(`permit(principal, action, resource) when {
      principal.hasTag("realm_access.roles") && principal.getTag("realm_access.roles").contains("admin")
      && principal.hasTag("level") && principal.getTag("level").contains("3")
      && principal.hasTag("mfa") && principal.getTag("mfa").contains("true") };`);
    const claims = { realm_access: { roles: ['user', 'admin'] }, level: 3, mfa: true };
    assert.equal(policy.decide(request({ principal: principal({ claims }) })).allowed, true);
    for (const change of [
      { level: 4 },
      { mfa: false },
      { realm_access: { roles: ['admins'] } },
      { 'realm_access.roles': [] },
    ]) {
      assert.equal(
        policy.decide(request({ principal: principal({ claims: { ...claims, ...change } }) })).allowed,
        false,
      );
    }
  });

  it('compares addresses as networks, and IPv4 in IPv6 clothes as IPv4', () => {
    const policy = createCedarPolicy(
      `${EVERYTHING} forbid(principal, action, resource) unless { context.address.isInRange(ip("10.0.0.0/8")) };`,
    );
    const from = (address: string) => policy.decide(request({ context: { address } })).allowed;
    assert.equal(from('10.255.0.1'), true);
    assert.equal(from('::ffff:10.255.0.1'), true);
    assert.equal(from('11.0.0.1'), false);
    assert.equal(from('::ffff:11.0.0.1'), false);
    assert.equal(from('fe80::1%eth0'), false);
  });

  it('denies when a policy fails to evaluate, also where Cedar would skip a failing forbid', () => {
    const policy = createCedarPolicy(
      `${EVERYTHING} @id("net") forbid(principal, action, resource) when { context.address.isLoopback() };`,
    );
    const decision = policy.decide(
      request({ context: { surface: 'openai-chat', stream: true, address: '/run/socket' } }),
    );
    assert.equal(decision.allowed, false);
    assert.match(decision.errors[0]!, /^net: .*address/);
  });

  it('denies what Cedar cannot represent', () => {
    const policy = createCedarPolicy(EVERYTHING);
    const bottomless: Record<string, unknown> = {};
    bottomless['self'] = bottomless;
    const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`c${index}`, index]));
    for (const bad of [
      request({ context: { ratio: 1.5 } }),
      request({ context: { big: 2 ** 70 } }),
      request({ context: { nan: Number.NaN } }),
      request({ context: { surface: '\uD800' } }),
      request({ resource: { type: 'Model', id: '\uD800' } }),
      request({ principal: principal({ id: '\uDC00' }) }),
      request({ principal: principal({ claims: { a: '\uDC00' } }) }),
      request({ principal: principal({ claims: bottomless }) }),
      request({ principal: principal({ claims: wide }) }),
    ]) {
      const decision = policy.decide(bad);
      assert.equal(decision.allowed, false);
      assert.ok(decision.errors.length > 0);
    }
    assert.equal(policy.decide(request()).allowed, true, 'and goes on afterwards');
  });

  it('takes hostile names as names', () => {
    const policy = createCedarPolicy('permit(principal == Principal::"alice", action, resource);');
    for (const id of ['alice"', 'alice\\', '__proto__', 'alice\u0000', '"; permit(principal, action, resource);']) {
      assert.equal(
        policy.decide(request({ principal: principal({ id, claims: JSON.parse('{"__proto__":["x"]}') }) })).allowed,
        false,
      );
    }
    assert.equal(policy.decide(request({ resource: { type: 'Model', id: '__proto__' } })).allowed, true);
  });

  it('remembers decisions without ever confusing two requests', () => {
    // Each component alone decides, so that any two requests that share a decision wrongly show it.
    const text = `
      permit(principal, action == Action::"invoke", resource) when { principal.name like "a*" };
      permit(principal, action, resource is Tool) when { principal.kind == "jwt" };
      permit(principal in Team::"t", action, resource) when { context has surface && context.surface == "s" };
      permit(principal, action, resource) when { principal.hasTag("g") && principal.getTag("g").contains("x") };
      permit(principal, action, resource) when { context has stream && context.stream };
      forbid(principal, action, resource) when { resource.name == "m2" };`;
    const warm = createCedarPolicy(text);
    const short = fc.constantFrom('a', 'b', 's', 't', '', ' ', '1 a', 'as1 b', 'm2');
    const requests = fc.record({
      principal: fc.record(
        {
          id: fc.constantFrom('a', 'ab', 'b', 'a b'),
          kind: fc.constantFrom('key', 'jwt'),
          team: fc.constantFrom('t', 'u'),
          claims: fc.constantFrom({}, { g: 'x' }, { g: ['x', 'y'] }, { g: 'y' }, { 'g.x': 1 }, { g: { x: 1 } }),
        },
        { requiredKeys: ['id', 'kind', 'claims'] },
      ),
      action: fc.constantFrom(...ACTIONS),
      resource: fc.record({ type: fc.constantFrom(...RESOURCE_TYPES), id: short }),
      context: fc
        .dictionary(fc.constantFrom('surface', 'other', 'o'), short)
        .chain((texts) => fc.constantFrom({ ...texts }, { ...texts, stream: true }, { ...texts, stream: false })),
    });
    fc.assert(
      fc.property(fc.array(requests as fc.Arbitrary<AccessRequest>, { minLength: 1, maxLength: 8 }), (several) => {
        for (const one of several) {
          const fresh = createCedarPolicy(text).decide(one);
          assert.deepEqual(warm.decide(one), fresh);
          assert.deepEqual(warm.decide(structuredClone(one)), fresh);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('looks anew at a principal that has changed, and answers the same object from memory', () => {
    const policy = createCedarPolicy(
      'permit(principal, action, resource) when { principal.hasTag("role") && principal.getTag("role").contains("admin") };',
    );
    const claims: Record<string, unknown> = { role: 'admin' };
    const changing = request({ principal: principal({ claims }) });
    const first = policy.decide(changing);
    assert.equal(first.allowed, true);
    assert.equal(policy.decide(changing), first);
    claims['role'] = 'guest';
    assert.equal(policy.decide(changing).allowed, false);
  });

  it('keeps the decisions of two texts apart', () => {
    const yes = createCedarPolicy(EVERYTHING);
    const no = createCedarPolicy('forbid(principal, action, resource);');
    assert.equal(yes.decide(request()).allowed, true);
    assert.equal(no.decide(request()).allowed, false);
    assert.equal(yes.decide(request()).allowed, true);
  });

  it('refuses a text with errors, and says where', () => {
    assert.throws(
      () => createCedarPolicy(`${EVERYTHING}\npermit(principal, action, resorce);`, 'policies.cedar'),
      (error) => isFault(error) && error.code === 'ERR_CONFIG' && error.where === 'policies.cedar:2:27',
    );
  });
});

describe('checkPolicies', () => {
  const at = (text: string) =>
    checkPolicies(text).map(({ severity, line, column, message }) => `${severity} ${line}:${column} ${message}`);

  it('accepts what the gateway starts with', () => assert.deepEqual(checkPolicies(EVERYTHING), []));

  it('locates errors of syntax', () => {
    assert.deepEqual(at(`// one\n${EVERYTHING}\npermit(principal)`), ['error 3:18 unexpected end of input']);
    assert.match(at('permit(principal, action, resource) when { principal.team = "x" };')[0]!, /^error 1:/);
  });

  it('counts columns in characters, also after letters of several bytes', () => {
    assert.match(at('// é𝄞é\n@id("é𝄞") permit(principal, action, resorce);')[0]!, /^error 2:38 /);
  });

  it('locates names that the schema does not know, and suggests', () => {
    const [problem] = checkPolicies('permit(principal, action == Action::"invok", resource);');
    assert.deepEqual({ line: problem!.line, column: problem!.column }, { line: 1, column: 29 });
    assert.match(problem!.hint!, /invoke/);
    assert.match(at('permit(principal == User::"x", action, resource);').join(), /^error 1:21 .*`User`$/);
    assert.match(
      at(`${EVERYTHING}\n permit(principal, action, resource) when { principal.role == "x" };`).join(),
      /^error 2:45 .*role/,
    );
    assert.match(at('permit(principal, action, resource) when { principal.getTag("x").contains(1) };').join(), /error/);
  });

  it('finds policies that can never apply, templates and repeated ids', () => {
    assert.deepEqual(at(`${EVERYTHING}\nforbid(principal, action == Action::"call", resource is Model);`), [
      'error 2:1 this policy can never apply',
    ]);
    assert.match(at(`\n  permit(principal == ?principal, action, resource);`).join(), /^error 2:3 .*template/);
    assert.deepEqual(at(`@id("a") ${EVERYTHING}\n@id("a") ${EVERYTHING}`), ['error 2:1 the id "a" is used twice']);
  });

  it('warns of text that reads differently than it is', () => {
    assert.match(
      at('permit(principal, action, resource) when { principal.name == "a\u202Eb" };').join(),
      /^warning 1:\d+ .*BIDI/,
    );
  });

  it('survives texts that overflow the evaluator, and what was running goes on', () => {
    const running = createCedarPolicy(EVERYTHING);
    for (const deep of [
      '('.repeat(5000),
      `${'('.repeat(500)}true${')'.repeat(500)}`,
      `1${' + 1'.repeat(20_000)} == 1`,
    ]) {
      assert.equal(checkPolicies(`permit(principal, action, resource) when { ${deep} };`)[0]?.severity, 'error');
    }
    assert.match(checkPolicies(' '.repeat(2 ** 20 + 1))[0]!.message, /longer/);
    assert.equal(running.decide(request()).allowed, true);
  });

  it('refuses conditions that would parse and then overflow the evaluator, and no others', () => {
    const chain = (terms: number) =>
      `permit(principal, action, resource) when { ${Array.from({ length: terms }, (_, index) => `principal.name == "p${index}"`).join(' || ')} };`;
    assert.deepEqual(at(`${EVERYTHING}\n${chain(250)}`), [
      'error 2:1 the condition has more than 200 operations within each other',
    ]);
    const shapes: readonly ((depth: number) => string)[] = [
      (depth) => `1${' + 1'.repeat(depth)} == 1`,
      (depth) => `principal.name == "a"${' && principal.name == "alice"'.repeat(depth)}`,
      (depth) => `${'if principal.name == "z" then true else '.repeat(depth)}principal.name == "b"`,
      (depth) => `${'!('.repeat(depth)}principal.name == "a"${')'.repeat(depth)}`,
      (depth) => `${'{a: '.repeat(depth)}principal.name${'}'.repeat(depth)}${'.a'.repeat(depth)} == "a"`,
    ];
    for (const shape of shapes) {
      for (const depth of [10, 40, 60, 90, 110, 150, 190, 220, 300, 400]) {
        const text = `permit(principal, action, resource) when { ${shape(depth)} };`;
        if (checkPolicies(text).length > 0) continue;
        assert.deepEqual(createCedarPolicy(text).decide(request()).errors, [], `${shape(2)} at ${depth}`);
      }
    }
    assert.deepEqual(checkPolicies(chain(150)), []);
  });

  it('never throws', () => {
    const piece = fc.constantFrom(
      'permit',
      'forbid',
      '(',
      ')',
      'principal',
      'action',
      'resource',
      ',',
      ';',
      'when',
      '{',
      '}',
      '"',
      '@id',
      '//',
      '\n',
      '?',
      'é',
      '::',
      '\\',
      '\u0000',
      '\uD800',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (parts) => {
        checkPolicies(parts.join(''));
      }),
      { numRuns: 100 },
    );
  });
});

describe('listPolicies', () => {
  it('gives ids, effects and places in order, past ten and through comments', () => {
    const text = `// ${EVERYTHING}\n${Array.from({ length: 12 }, (_, index) => `${index % 2 === 0 ? 'permit' : 'forbid'}(principal == Principal::"p${index}", action, resource); // permit(principal, action, resource);`).join('\n')}\n@id("last")\n${EVERYTHING}`;
    const policies = listPolicies(text);
    assert.deepEqual(
      policies.slice(0, 12).map(({ id, effect, line, column }) => ({ id, effect, line, column })),
      Array.from({ length: 12 }, (_, index) => ({
        id: `policy${index}`,
        effect: index % 2 === 0 ? 'permit' : 'forbid',
        line: index + 2,
        column: 1,
      })),
    );
    assert.deepEqual(policies[12], { id: 'last', effect: 'permit', line: 14, column: 1 });
  });
});

describe('CEDAR_SCHEMA', () => {
  it('declares every action and resource type that requests can have', () => {
    for (const action of ACTIONS) assert.match(CEDAR_SCHEMA, new RegExp(`action "${action}" appliesTo`));
    for (const type of RESOURCE_TYPES) assert.match(CEDAR_SCHEMA, new RegExp(`entity ${type} =`));
  });
});
