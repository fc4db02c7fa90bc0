import type { JsonObject } from '@bessemer/contracts';
import { describe, expect, it } from 'vitest';
import { NodeDraft } from '../../introspections/node-draft.js';
import type { ApiCall } from '../api-call.js';
import type { Rule, RuleTrace } from '../rule.js';
import { applyIronicRules } from './evaluate.js';
import { parseIronicRule } from './validate.js';

const data = (): JsonObject => ({
  memory_mb: 65536,
  auto_discovered: false,
  list: ['a'],
  inventory: {
    bmc_address: '10.0.0.10',
    cpu: { count: 16 },
    memory: { physical_mb: 65536 },
    system_vendor: { manufacturer: 'Dell Inc.' },
    interfaces: [{ name: 'eth0' }, { name: 'eth1' }],
  },
});

type Body = Parameters<typeof parseIronicRule>[0];
const rule = (body: Body): Rule => ({
  ...parseIronicRule(body),
  revision: 1,
  created_at: new Date(0),
  updated_at: null,
});

const apply = (rules: Body[]) => {
  const node = new NodeDraft({ driver: 'ipmi', properties: {}, extra: {} });
  const traces: RuleTrace[] = [];
  const warnings: string[] = [];
  const calls: ApiCall[] = [];
  const processing = { data: data(), node, knownMacs: [], warnings, calls };
  applyIronicRules(processing, rules.map(rule), traces);
  return { patch: node.toPatch(), traces, warnings, calls, data: processing.data };
};

const portUuid = '2c9bd5f2-6a0f-4b2b-8f0e-0d6f8c1f3a11';
const mark = { op: 'set-attribute', args: { path: '/extra/hit', value: true } };
const holds = (condition: JsonObject) => apply([{ conditions: [condition], actions: [mark] }]).traces[0]?.matched;

describe('conditions', () => {
  it.each<[JsonObject, boolean]>([
    [{ op: 'eq', args: { values: ['{inventory[cpu][count]}', 16] } }, true],
    [{ op: 'eq', args: [['{node.driver}', 'ipmi']] }, true],
    [{ op: '!eq', args: { values: ['{node.driver}', 'ipmi'] } }, false],
    [{ op: 'lt', args: { values: [1, 2, 3] } }, true],
    [{ op: 'lt', args: { values: [1, 3, 2] } }, false],
    [{ op: 'gt', args: { values: ['{plugin_data[memory_mb]}', 4096] } }, true],
    [{ op: 'ge', args: { values: [2, 2] } }, true],
    [{ op: 'eq', args: { values: [16, '16'], force_strings: true } }, true],
    [{ op: 'is-empty', args: { value: '{plugin_data[nothing]}' } }, true],
    [{ op: 'is-empty', args: { value: '{inventory[cpu]}' } }, false],
    [{ op: 'in-net', args: { address: '{inventory[bmc_address]}', subnet: '10.0.0.0/24' } }, true],
    [{ op: 'matches', args: { value: '{inventory[system_vendor][manufacturer]}', regex: 'Dell' } }, false],
    [{ op: 'contains', args: { value: '{inventory[system_vendor][manufacturer]}', regex: '(?i)dell' } }, true],
    [{ op: 'one-of', args: { value: '{node.driver}', values: ['redfish', 'ipmi'] } }, true],
    [{ op: 'is-none', args: { value: '{node.name}' } }, true],
    [{ op: 'is-true', args: { value: '{inventory[cpu][count]}' } }, true],
    [{ op: 'is-true', args: { value: '{plugin_data[auto_discovered]}' } }, false],
    [{ op: 'is-false', args: { value: '{plugin_data[auto_discovered]}' } }, true],
    [{ op: 'is-true', args: { value: '{node.auto_discovered}' } }, false],
    [{ op: 'eq', args: { values: ['{item}', 'b'] }, loop: ['a', 'b'] }, true],
    [{ op: 'eq', args: { values: ['{item}', 'b'] }, loop: ['a', 'b'], multiple: 'all' }, false],
    [{ op: 'eq', args: { values: ['{item}', 'b'] }, loop: ['a', 'b'], multiple: 'first' }, false],
    [{ op: 'eq', args: { values: ['{item}', 'b'] }, loop: ['a', 'b'], multiple: 'last' }, true],
    [{ op: 'eq', args: { values: ['{item[key]}', '{item[value]}'] }, loop: { a: 'b', c: 'c' } }, true],
  ])('%o: %s', (condition, expected) => {
    expect(holds(condition)).toBe(expected);
  });
});

describe('actions', () => {
  it.each<[JsonObject, object]>([
    [
      { op: 'set-attribute', args: { path: 'properties.cpus', value: '{inventory[cpu][count]}' } },
      { fields: [{ path: '/properties/cpus', value: '16' }] },
    ],
    [{ op: 'set-attribute', args: ['/extra/x', 1] }, { fields: [{ path: '/extra/x', value: 1 }] }],
    [
      { op: 'extend-attribute', args: { path: '/extra/l', value: '{item}' }, loop: [1, 2] },
      { fields: [{ value: [1] }, { value: [1, 2] }] },
    ],
    [{ op: 'del-attribute', args: { path: '/driver' } }, { fields: [{ op: 'remove', path: '/driver' }] }],
    [{ op: 'set-capability', args: { name: 'p', value: '1' } }, { fields: [{ value: 'p:1' }] }],
    [{ op: 'add-trait', args: { name: 'CUSTOM_A' } }, { addTraits: ['CUSTOM_A'] }],
    [{ op: 'remove-trait', args: { name: 'CUSTOM_A' } }, { removeTraits: ['CUSTOM_A'] }],
    [
      { op: 'set-port-attribute', args: { port_id: '52:54:00:AA:00:01', path: 'extra/slot', value: 3 } },
      { portOperations: [{ port: '52:54:00:aa:00:01', op: 'set', path: '/extra/slot', value: 3 }] },
    ],
    [
      { op: 'extend-port-attribute', args: { port_id: portUuid, path: '/extra/l', value: 'a', unique: true } },
      { portOperations: [{ port: portUuid, op: 'extend', path: '/extra/l', value: 'a', unique: true }] },
    ],
    [
      { op: 'del-port-attribute', args: { port_id: portUuid, path: 'physical_network' } },
      { portOperations: [{ port: portUuid, op: 'remove', path: '/physical_network' }] },
    ],
  ])('%o', (action, expected) => {
    expect(apply([{ actions: [action] }]).patch).toMatchObject(expected);
  });

  it('changes plugin data, never the inventory', () => {
    const { data } = apply([
      {
        actions: [
          { op: 'set-plugin-data', args: { path: 'site.row', value: 7 } },
          { op: 'extend-plugin-data', args: { path: 'list', value: 'b' } },
          { op: 'unset-plugin-data', args: { path: 'memory_mb' } },
        ],
      },
    ]);
    expect(data).toMatchObject({ site: { row: 7 }, list: ['a', 'b'] });
    expect(data).not.toHaveProperty('memory_mb');
    const spoil = { op: 'set-plugin-data', args: { path: 'inventory/cpu', value: 1 } };
    expect(() => apply([{ actions: [spoil] }])).toThrow('no plugin data');
  });

  it('name a port by its address or UUID alone', () => {
    const wrong = { op: 'del-port-attribute', args: { port_id: 'eth0', path: 'extra' } };
    expect(() => apply([{ description: 'ports', actions: [wrong] }])).toThrow(/Rule "ports": .*not by "eth0"/);
  });

  it('plan a call with its defaults; what is filled in is a piece of the URL and nothing more', () => {
    const url = 'https://cmdb.example/m/{inventory[system_vendor][manufacturer]}?of={item}#top';
    const headers = { 'X-Cpus': '{inventory[cpu][count]}' };
    const { calls, traces } = apply([{ actions: [{ op: 'api-call', args: { url, headers }, loop: ['a&b=c'] }] }]);
    expect(calls).toEqual([
      {
        rule: traces[0]?.rule,
        url: new URL('https://cmdb.example/m/Dell%20Inc.?of=a%26b%3Dc'),
        headers: { 'x-cpus': '16' },
        ...{ proxy: null, timeoutMs: 5000, retries: 3, backoffFactor: 0.3 },
      },
    ]);
    expect(traces[0]?.calls).toEqual(['https://cmdb.example/m/Dell%20Inc.']);
  });

  it.each([
    ['leads out of its path', { url: 'http://a.example/m/{item}/x' }, '..', 'goes up nowhere'],
    ['adds a header', { url: 'http://a.example/', headers: { 'x-a': '{item}' } }, 'a\r\nx-b: c', 'of one line'],
  ])('refuse what %s', (_, args, item, expected) => {
    expect(() => apply([{ actions: [{ op: 'api-call', args, loop: [item] }] }])).toThrow(expected);
  });

  it('call no more often than is sane', () => {
    const call = { op: 'api-call', args: { url: 'http://a.example/{item}' } };
    const loop = Array.from({ length: 101 }, (_, index) => index);
    expect(() => apply([{ actions: [{ ...call, loop }] }])).toThrow('more than 100 calls');
  });

  it('keeps what it cannot fill in, and warns', () => {
    const { patch, warnings } = apply([
      { actions: [{ op: 'set-attribute', args: { path: '/extra/x', value: 'at {node.rack}' } }] },
    ]);
    expect(patch.fields?.[0]?.value).toBe('at {node.rack}');
    expect(warnings.join()).toContain('Nothing stands for {node.rack}');
  });
});

describe(applyIronicRules.name, () => {
  it('lets a later rule see what an earlier one changed', () => {
    const { traces } = apply([
      { actions: [{ op: 'set-attribute', args: { path: '/driver', value: 'redfish' } }] },
      { conditions: [{ op: 'eq', args: { values: ['{node.driver}', 'redfish'] } }], actions: [mark] },
    ]);
    expect(traces.map((trace) => trace.matched)).toEqual([true, true]);
  });

  it('stops at a rule that fails and names it', () => {
    const fail = {
      description: 'No Dells',
      actions: [{ op: 'fail', args: { msg: 'We have {inventory[system_vendor][manufacturer]}' } }],
    };
    expect(() => apply([fail, { actions: [mark] }])).toThrow('We have Dell Inc. (rule "No Dells")');
  });
});

const calling = (args: JsonObject): Body => ({
  actions: [{ op: 'api-call', args: { url: 'http://a.example/', ...args } }],
});

describe(parseIronicRule.name, () => {
  const present = { ...rule({ actions: [mark] }), sensitive: true };
  it.each<[string, Body, string]>([
    ['no actions', {}, 'at least one action'],
    ['an unknown action', { actions: [{ op: 'zz' }] }, '"zz" is no action'],
    ['a call of another scheme', calling({ url: 'file:///etc/passwd' }), 'begins with http:// or https://'],
    [
      'a call whose host the machine chooses',
      calling({ url: 'http://{inventory[bmc_address]}/' }),
      'without placeholders',
    ],
    ['a call with a user', calling({ url: 'http://a:b@c.example/' }), 'is a secret'],
    ['a call with a token in its query', calling({ url: 'http://a.example/?access_token=x' }), 'is a secret'],
    [
      'a call with credentials',
      calling({ headers: { Authorization: 'Bearer x' } }),
      'The header "authorization" is a secret',
    ],
    ['a call with a key', calling({ headers: { 'X-Api-Key': 'x' } }), 'is a secret'],
    ['a call for another host', calling({ headers: { Host: 'x' } }), '"Host" is no header'],
    ['headers that are no texts', calling({ headers: { 'X-A': 1 } }), 'of one line'],
    ['a proxy for another scheme', calling({ proxies: { ftp: 'http://p.example' } }), 'for http and https'],
    ['a proxy that is none', calling({ proxies: { http: 'p' } }), '"proxies" of a call is an http or https URL'],
    ['a call that takes too long', calling({ timeout: 61 }), '"timeout" of a call is a number'],
    ['a call that is repeated too often', calling({ retries: 11 }), '"retries" of a call'],
    ['a call that waits backwards', calling({ backoff_factor: -1 }), '"backoff_factor" of a call'],
    [
      'a path that is none',
      { actions: [{ op: 'del-port-attribute', args: { port_id: 'x', path: '//' } }] },
      'is no path',
    ],
    ['an unknown operator', { conditions: [{ op: 'zz' }], actions: [mark] }, '"zz" is no operator'],
    ['two exclamation marks', { conditions: [{ op: '!!eq' }], actions: [mark] }, '"!eq" is no operator'],
    ['a missing argument', { actions: [{ op: 'fail' }] }, 'lacks its argument msg'],
    ['a surplus argument', { actions: [{ op: 'fail', args: { msg: 'x', y: 1 } }] }, 'has no argument y'],
    ['an unknown key', { actions: [{ op: 'fail', args: { msg: 'x' }, when: 1 }] }, 'Unexpected when'],
    ['a priority too high', { priority: 10000, actions: [mark] }, 'from 0 to 9999'],
    ['another phase', { phase: 'early', actions: [mark] }, 'only phase'],
    [
      'a secret',
      { actions: [{ op: 'set-attribute', args: { path: 'driver_info.redfish_password', value: 'x' } }] },
      'is a secret',
    ],
    [
      'a hidden secret',
      { actions: [{ op: 'set-attribute', args: { path: 'driver_info', value: { a: { token: 1 } } } }] },
      'is a secret',
    ],
  ])('refuses %s', (_, body, expected) => {
    expect(() => parseIronicRule(body)).toThrow(expected);
  });

  it('does not show again what was sensitive', () => {
    expect(() => parseIronicRule({ sensitive: false }, present)).toThrow('stays sensitive');
  });

  it('keeps what a change does not name', () => {
    expect(parseIronicRule({ priority: 7 }, present)).toMatchObject({
      uuid: present.uuid,
      priority: 7,
      actions: [mark],
    });
  });
});
