import {
  type JsonObject,
  RuleAnswer,
  RuleDeleteAnswer,
  RuleImportAnswer,
  RuleListAnswer,
  rpcSubject,
} from '@bessemer/contracts';
import type { RunningInspector } from '@bessemer/inspector';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestStack } from '../stack/index.js';
import { runInspector } from './inspector-process.js';
import { NodesOwner } from './nodes-owner.js';
import { exchange, hasRecordings, slidesRules } from './recorded.js';

let stack: TestStack;
let api: NodesOwner;
let inspector: RunningInspector;

beforeAll(async () => {
  stack = await TestStack.start();
  api = await NodesOwner.start(stack);
  inspector = await runInspector(stack);
});
afterAll(() => stack.stop());

/** Recorded exchanges about versions and rules, in the order in which they were made. */
const recorded = [
  ['0001-insp-root', 200],
  ['0002-insp-v1', 200],
  ['0003-insp-v1-with-slash', 200],
  ['0004-insp-v2', 404],
  ['0005-insp-bad-version', 406],
  ['0006-insp-bad-version-2', 400],
  ['0007-insp-version-1-0', 200],
  ['0008-insp-unknown', 404],
  ['0009-insp-continue-get', 405],
  ['0010-insp-introspection-list-empty', 200],
  ['0011-insp-status-before', 404],
  ['0017-insp-data-too-early', 404],
  ['0020-insp-continue-list', 400],
  ['0021-insp-continue-empty', 400],
  ['0022-insp-continue-unknown-mac', 400],
  ['0036-insp-rules-empty', 200],
  ['0037-insp-rule-create-0', 201],
  ['0038-insp-rule-create-1', 201],
  ['0039-insp-rules-list', 200],
  ['0040-insp-rule-get', 200],
  ['0041-insp-rule-missing', 404],
  ['0042-insp-rule-dup-uuid', 409],
  ['0043-insp-rule-bad-uuid', 400],
  ['0044-insp-rule-bad-op', 400],
  ['0045-insp-rule-bad-action', 400],
  ['0046-insp-rule-no-actions', 400],
  ['0047-insp-rule-missing-param', 400],
  ['0048-insp-rule-no-conditions-key', 201],
  ['0049-insp-rule-create-1-5-200', 200],
  ['0050-insp-rule-scope', 201],
  ['0051-insp-rule-node-field', 201],
  ['0052-insp-rules-list-full', 200],
  ['0079-insp-list-bad-state', 400],
  ['0080-insp-list-bad-limit', 400],
  ['0081-insp-list-bad-marker', 400],
  ['0082-insp-rule-delete', 204],
  ['0083-insp-rule-delete-again', 404],
  ['0084-insp-rules-delete-all', 204],
  ['0085-insp-rules-after', 200],
] as const;

/** Recorded where the original broke: its answer is not the measure. */
const broken = new Set(['0006-insp-bad-version-2', '0009-insp-continue-get']);

describe.runIf(hasRecordings)('the ironic-inspector API, against a recording of the original', () => {
  it.each(recorded)('%s is %i', async (name, expected) => {
    const { request, response } = exchange(name);
    const answer = await fetch(`${inspector.url}${request.path}`, {
      method: request.method,
      headers: request.headers,
      body: request.body === null ? undefined : JSON.stringify(request.body),
    });
    const text = (await answer.text()).replaceAll(inspector.url, 'http://127.0.0.1:5050');
    expect(answer.status, text).toBe(expected);
    expect(answer.headers.get('x-openstack-ironic-inspector-api-maximum-version')).toBe('1.18');
    expect(answer.headers.get('x-openstack-ironic-inspector-api-minimum-version')).toBe('1.0');
    if (broken.has(name)) return;
    expect(answer.status).toBe(response.status);
    const body: JsonObject | null = text === '' ? null : JSON.parse(text);
    if (answer.status >= 400) expect(body).toEqual({ error: { message: expect.any(String) } });
    else expect(body).toEqual(response.body);
  });
});

describe("the api's questions about rules", () => {
  const ask = <A extends object>(method: string, question: object, answer: new () => A): Promise<A> =>
    api.questions.ask(rpcSubject('inspector', method), question, { answer, timeoutMs: 5000 });
  const actions = [{ op: 'set-attribute', args: { path: '/extra/x', value: 1 } }];
  const create = async (rule: object) => (await ask('rule-create', { rule }, RuleAnswer)).rule;

  it('keep, show, change and delete rules by falling priority', async () => {
    const low = await create({ description: 'low', actions });
    const high = await create({ description: 'high', priority: 100, actions, conditions: [] });
    const same = await create({ description: 'same', actions });
    const list = async (page: object) =>
      (await ask('rule-list', page, RuleListAnswer)).rules.map((rule) => rule.description);
    expect(await list({})).toEqual(['high', 'low', 'same']);
    expect(await list({ limit: 1 })).toEqual(['high']);
    expect(await list({ marker: high.uuid, limit: 1 })).toEqual(['low']);
    expect(await list({ marker: low.uuid })).toEqual(['same']);
    await expect(list({ marker: crypto.randomUUID() })).rejects.toMatchObject({ code: 'not-found' });
    const change = { uuid: low.uuid, revision: low.revision, rule: { priority: 200 } };
    const changed = await ask('rule-update', change, RuleAnswer);
    expect(changed.rule).toMatchObject({
      ...{ description: 'low', priority: 200, actions },
      ...{ revision: 2, updated_at: expect.any(String) },
    });
    await expect(ask('rule-update', change, RuleAnswer)).rejects.toMatchObject({ code: 'conflict' });
    expect(await list({})).toEqual(['low', 'high', 'same']);
    expect(await list({ sort_key: 'description', sort_dir: 'desc' })).toEqual(['same', 'low', 'high']);
    expect(await list({ sort_key: 'description', marker: high.uuid, limit: 1 })).toEqual(['low']);
    const stale = { uuid: same.uuid, revision: 2 };
    await expect(ask('rule-delete', stale, RuleDeleteAnswer)).rejects.toMatchObject({ code: 'conflict' });
    await ask('rule-delete', { uuid: same.uuid }, RuleDeleteAnswer);
    await expect(ask('rule-get', { uuid: same.uuid }, RuleAnswer)).rejects.toMatchObject({ code: 'not-found' });
    await expect(ask('rule-delete', { uuid: same.uuid }, RuleDeleteAnswer)).rejects.toMatchObject({
      code: 'not-found',
    });
    expect(await ask('rule-delete-all', {}, RuleDeleteAnswer)).toEqual({ deleted: 2 });
  });

  it('hide what a sensitive rule does, for good', async () => {
    const { uuid } = await create({ sensitive: true, actions });
    const { rule } = await ask('rule-get', { uuid }, RuleAnswer);
    expect(rule).toMatchObject({ sensitive: true, conditions: null, actions: null });
    expect((await ask('rule-get', { uuid, whole: true }, RuleAnswer)).rule).toMatchObject({ actions });
    const reveal = ask('rule-update', { uuid, revision: 1, rule: { sensitive: false } }, RuleAnswer);
    await expect(reveal).rejects.toMatchObject({ code: 'invalid', field: 'sensitive' });
    await ask('rule-delete-all', {}, RuleDeleteAnswer);
  });

  it('refuse a wrong rule by its field', async () => {
    await expect(create({ actions: [{ op: 'zz' }] })).rejects.toMatchObject({ code: 'invalid', field: 'actions' });
  });

  it('import rules of both dialects again and again', async () => {
    const rules = [
      { description: 'old', actions: [{ action: 'add-trait', name: 'CUSTOM_A' }] },
      { description: 'new', actions },
      ...(hasRecordings ? slidesRules() : []),
    ];
    const first = await ask('rule-import', { rules }, RuleImportAnswer);
    expect(first.created).toBe(rules.length);
    expect(await ask('rule-import', { rules }, RuleImportAnswer)).toEqual({ ...first, created: 0 });
    const wrong = [{ actions: [] }, rules[0], { actions: [{ op: 'zz' }] }];
    const refused = ask('rule-import', { rules: wrong }, RuleImportAnswer);
    await expect(refused).rejects.toThrow(/Rule 0: .*\nRule 2: /);
    expect((await ask('rule-list', {}, RuleListAnswer)).rules).toHaveLength(1);
  });
});
