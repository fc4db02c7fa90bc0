import type { JsonObject } from '@bessemer/contracts';
import { describe, expect, it } from 'vitest';
import { NodeDraft } from '../../introspections/node-draft.js';
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
  const processing = { data: data(), node, knownMacs: [], warnings };
  applyIronicRules(processing, rules.map(rule), traces);
  return { patch: node.toPatch(), traces, warnings, data: processing.data };
};

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
      { ports: [{ address: '52:54:00:aa:00:01', extra: { slot: 3 } }] },
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

describe(parseIronicRule.name, () => {
  const present = { ...rule({ actions: [mark] }), sensitive: true };
  it.each<[string, Body, string]>([
    ['no actions', {}, 'at least one action'],
    ['an unknown action', { actions: [{ op: 'zz' }] }, '"zz" is no action'],
    ['an action of a later day', { actions: [{ op: 'api-call', args: { url: 'x' } }] }, 'not supported'],
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
