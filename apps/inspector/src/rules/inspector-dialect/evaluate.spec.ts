import type { JsonObject } from '@bessemer/contracts';
import { describe, expect, it } from 'vitest';
import { NodeDraft } from '../../introspections/node-draft.js';
import type { Rule, RuleTrace } from '../rule.js';
import { applyInspectorRules } from './evaluate.js';
import { parseInspectorRule } from './validate.js';

const data = (): JsonObject => ({
  memory_mb: 65536,
  local_gb: 464,
  text_gb: '464',
  inventory: {
    bmc_address: '10.0.0.10',
    cpu: { count: 16, flags: ['vmx', 'aes'] },
    system_vendor: { manufacturer: 'QEMU', product_name: 'Standard PC (Q35)' },
    interfaces: [
      { name: 'eth0', lldp: null, speed: 10 },
      { name: 'eth1', lldp: [], speed: 1 },
    ],
  },
});

const rule = (body: JsonObject): Rule => ({
  ...parseInspectorRule(body),
  revision: 1,
  created_at: new Date(0),
  updated_at: null,
});

const apply = (rules: JsonObject[], node: JsonObject = { driver: 'ipmi', properties: {}, extra: {} }) => {
  const draft = new NodeDraft(node);
  const traces: RuleTrace[] = [];
  applyInspectorRules({ data: data(), node: draft, knownMacs: [], warnings: [], calls: [] }, rules.map(rule), traces);
  return { node: draft.node, patch: draft.toPatch(), traces };
};

const mark = { action: 'set-attribute', path: '/extra/hit', value: true };
const matchesWith = (condition: JsonObject): boolean =>
  apply([{ conditions: [condition], actions: [mark] }]).traces[0]?.matched ?? false;

describe('conditions', () => {
  it.each<[JsonObject, boolean]>([
    [{ op: 'eq', field: 'memory_mb', value: 65536 }, true],
    [{ op: 'eq', field: 'memory_mb', value: '65536' }, true],
    [{ op: 'ne', field: 'memory_mb', value: 65536 }, false],
    [{ op: 'lt', field: 'memory_mb', value: 4096 }, false],
    [{ op: 'le', field: 'memory_mb', value: 65536 }, true],
    [{ op: 'gt', field: 'memory_mb', value: 65535 }, true],
    [{ op: 'ge', field: 'local_gb', value: 40 }, true],
    [{ op: 'ge', field: 'text_gb', value: 1000 }, false],
    [{ op: 'lt', field: 'no_such_field', value: 1 }, false],
    [{ op: 'is-empty', field: 'no_such_field' }, true],
    [{ op: 'is-empty', field: 'no_such_field', invert: true }, false],
    [{ op: 'is-empty', field: 'data://inventory.interfaces[1].lldp' }, true],
    [{ op: 'is-empty', field: 'memory_mb' }, false],
    [{ op: 'in-net', field: 'data://inventory.bmc_address', value: '10.0.0.0/8' }, true],
    [{ op: 'in-net', field: 'data://inventory.bmc_address', value: '10.1.0.0/16' }, false],
    [{ op: 'matches', field: '$.inventory.system_vendor.manufacturer', value: 'QE.*' }, true],
    [{ op: 'matches', field: 'inventory.system_vendor.manufacturer', value: 'QE' }, false],
    [{ op: 'contains', field: 'inventory.system_vendor.product_name', value: '(?i)pc' }, true],
    [{ op: 'contains', field: "inventory['system_vendor']['product_name']", value: '^PC' }, false],
    [{ op: 'eq', field: 'node://driver', value: 'ipmi' }, true],
    [{ op: 'eq', field: 'inventory.interfaces[*].name', value: 'eth1' }, true],
    [{ op: 'eq', field: 'inventory.interfaces[*].name', value: 'eth1', multiple: 'all' }, false],
    [{ op: 'eq', field: 'inventory.interfaces[*].name', value: 'eth1', multiple: 'first' }, false],
    [{ op: 'ge', field: '$..speed', value: 1, multiple: 'all' }, true],
    [{ op: 'eq', field: 'inventory.interfaces[*].name', value: 'eth9', multiple: 'all', invert: true }, true],
  ])('%o: %s', (condition, expected) => {
    expect(matchesWith(condition)).toBe(expected);
  });

  it('cannot order a list and a number', () => {
    expect(() => matchesWith({ op: 'lt', field: 'inventory.interfaces', value: 3 })).toThrow('have no order');
  });
});

describe('actions', () => {
  it.each<[JsonObject, object]>([
    [
      { action: 'set-capability', name: 'p', value: '1' },
      { fields: [{ path: '/properties/capabilities', value: 'p:1' }] },
    ],
    [
      { action: 'set-attribute', path: 'driver', value: 'redfish' },
      { fields: [{ path: '/driver', value: 'redfish' }] },
    ],
    [
      { action: 'set-attribute', path: '/extra/x', value: '{data[inventory][cpu][count]}' },
      { fields: [{ path: '/extra/x', value: '16' }] },
    ],
    [
      {
        action: 'set-attribute',
        path: '/extra/x',
        value: { '{{{data[inventory][cpu][flags][1]}}}': ['{data[memory_mb]}'] },
      },
      { fields: [{ path: '/extra/x', value: { '{aes}': ['65536'] } }] },
    ],
    [{ action: 'extend-attribute', path: '/extra/l', value: 'v', unique: true }, { fields: [{ value: ['v'] }] }],
    [{ action: 'add-trait', name: 'CUSTOM_R' }, { addTraits: ['CUSTOM_R'] }],
    [{ action: 'example' }, {}],
    [{ action: 'remove-trait', name: 'CUSTOM_R' }, { removeTraits: ['CUSTOM_R'] }],
  ])('%o', (action, expected) => {
    expect(apply([{ description: 'R', actions: [action] }]).patch).toMatchObject(expected);
  });

  it('names the rule in what it sets', () => {
    expect(apply([{ description: 'Racks', actions: [mark] }]).patch.fields).toEqual([
      { op: 'set', path: '/extra/hit', value: true, rule: 'Racks' },
    ]);
  });

  it.each([
    ['fails by its own word', { action: 'fail', message: 'Too small' }, 'Too small (rule "R")'],
    [
      'names nothing',
      { action: 'set-attribute', path: '/extra/x', value: '{data[no][such]}' },
      'Rule "R": The data holds nothing',
    ],
    [
      'extends what is no list',
      { action: 'extend-attribute', path: '/driver', value: 1 },
      'Rule "R": /driver is no list',
    ],
  ])('tells which rule %s', (_, action, expected) => {
    expect(() => apply([{ description: 'R', actions: [action] }])).toThrow(expected);
  });
});

describe(applyInspectorRules.name, () => {
  it('looks at all conditions before any action', () => {
    const { patch, traces } = apply([
      {
        uuid: '1a89a500-2f23-5ceb-a43e-73e2425bbe60',
        actions: [{ action: 'set-attribute', path: '/driver', value: 'redfish' }],
      },
      { conditions: [{ op: 'eq', field: 'node://driver', value: 'redfish' }], actions: [mark] },
    ]);
    expect(traces.map((trace) => trace.matched)).toEqual([true, false]);
    expect(patch.fields).toHaveLength(1);
  });

  it.each([
    ['its own', { inspection_scope: 'sc1' }, true],
    ['another', { inspection_scope: 'sc2' }, false],
    ['no', {}, false],
  ])('applies a rule with a scope to a node of %s scope: %s', (_, properties, expected) => {
    const { traces } = apply([{ scope: 'sc1', actions: [mark] }], { properties, extra: {} });
    expect(traces[0]?.matched).toBe(expected);
  });
});

describe(parseInspectorRule.name, () => {
  const fine = [{ action: 'fail', message: 'x' }];
  it.each<[string, unknown, string]>([
    ['no object', [], 'a rule is a JSON object'],
    ['a bad UUID', { uuid: 'zz', actions: fine }, 'Invalid UUID value'],
    ['an unknown field', { actions: fine, colour: 1 }, 'unexpected colour'],
    ['an unknown operator', { conditions: [{ op: 'zz', field: 'a', value: 1 }], actions: fine }, "'zz' is not one of"],
    ['an unknown action', { actions: [{ action: 'zz' }] }, "'zz' is not one of"],
    ['no actions', { conditions: [] }, 'at least one is needed'],
    ['a missing parameter', { actions: [{ action: 'set-capability' }] }, 'missing required parameter(s): name'],
    ['a surplus parameter', { actions: [{ action: 'fail', message: 'x', y: 1 }] }, 'unexpected parameter(s): y'],
    ['another scheme', { conditions: [{ op: 'is-empty', field: 'ftp://x' }], actions: fine }, 'Unsupported scheme'],
    ['a malformed path', { conditions: [{ op: 'is-empty', field: 'a[' }], actions: fine }, 'Unable to parse'],
    ['a malformed network', { conditions: [{ op: 'in-net', field: 'a', value: 'b' }], actions: fine }, 'is no network'],
    ['a malformed pattern', { conditions: [{ op: 'matches', field: 'a', value: '(' }], actions: fine }, 'no regular'],
    ['a prototype', { actions: [{ action: 'set-attribute', path: '/extra/__proto__/x', value: 1 }] }, 'is no path'],
    [
      'a secret',
      { actions: [{ action: 'set-attribute', path: '/driver_info/ipmi_password', value: 'x' }] },
      'is a secret',
    ],
    ['a long scope', { scope: 'x'.repeat(256), actions: fine }, 'at most 255'],
  ])('refuses %s', (_, body, expected) => {
    expect(() => parseInspectorRule(body)).toThrow(expected);
  });

  it('completes conditions as ironic-inspector shows them', () => {
    const { conditions } = parseInspectorRule({
      conditions: [{ op: 'lt', field: 'memory_mb', value: 4096 }],
      actions: fine,
    });
    expect(conditions).toEqual([{ op: 'lt', field: 'memory_mb', value: 4096, multiple: 'any', invert: false }]);
  });
});
