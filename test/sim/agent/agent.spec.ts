import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SimulatedAgent } from './agent.js';
import { AgentProcess, type AgentSetup } from './testing/agent-process.js';
import { FakeApi, nodeUuid, token } from './testing/fake-api.js';

const lookupRoute = 'GET /v1/lookup';
const inspectionRoute = 'POST /v1/continue_inspection';

describe(SimulatedAgent.name, () => {
  let api: FakeApi;
  let sut: AgentProcess;

  const start = (setup: AgentSetup = {}): AgentProcess => {
    sut = new AgentProcess(api, setup);
    return sut;
  };
  const inspecting = (): { boot: Record<string, string> } => ({
    boot: { 'ipa-inspection-callback-url': `${api.url}/v1/continue_inspection` },
  });

  beforeEach(async () => {
    api = await FakeApi.start();
  });

  afterEach(async () => {
    await sut.stop();
    await api.stop();
  });

  it('looks itself up by all its MAC addresses and heartbeats with what the API needs to reach it', async () => {
    const began = Date.now();
    start();
    const beat = await api.waitForHeartbeat(1);
    expect(Date.now() - began).toBeLessThan(5000);
    const lookup = api.of(lookupRoute)[0];
    expect(lookup?.version).toBe('1.62');
    expect(lookup?.query.get('addresses')).toBe('fa:16:3e:2a:0e:36,fa:16:3e:2a:0e:37');
    expect(lookup?.query.has('node_uuid')).toBe(false);
    expect(beat.version).toBe('1.68');
    expect(beat.body).toMatchObject({ agent_token: token, agent_version: expect.stringMatching(/^\d+\.\d+/) });
    expect(beat.body.callback_url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(beat.body.agent_verify_ca).toContain('BEGIN CERTIFICATE');
  });

  it('asks in no newer version than the server has', async () => {
    api.replies['GET /'] = [[200, { default_version: { version: '1.61' } }]];
    start();
    const beat = await api.waitForHeartbeat(1);
    expect(api.of(lookupRoute)[0]?.version).toBe('1.61');
    expect(beat.version).toBe('1.61');
    expect(Object.keys(beat.body).sort()).toEqual(['agent_version', 'callback_url']);
  });

  it('posts its inventory without a version and looks up the node it is told', async () => {
    start(inspecting());
    await api.waitForHeartbeat(1);
    const [post] = api.of(inspectionRoute);
    expect(post?.version).toBeUndefined();
    expect(post?.body).toMatchObject({
      error: null,
      boot_interface: 'fa:16:3e:2a:0e:36',
      inventory: {
        bmc_address: '127.0.0.1',
        memory: { physical_mb: 8192 },
        cpu: { count: 4, architecture: 'x86_64' },
        disks: [{ name: '/dev/sda', size: 2 ** 30 }],
        interfaces: [{ mac_address: 'fa:16:3e:2a:0e:36' }, { mac_address: 'fa:16:3e:2a:0e:37' }],
      },
    });
    expect(api.of(lookupRoute)[0]?.query.get('node_uuid')).toBe(nodeUuid);
  });

  it('posts its inventory again while the API is not able to take it, five times at most', async () => {
    api.replies[inspectionRoute] = [[500], [503], [409], [500], [500], [200, { uuid: nodeUuid }]];
    start(inspecting());
    await api.waitForHeartbeat(1);
    expect(api.of(inspectionRoute)).toHaveLength(5);
    expect(api.of(lookupRoute)[0]?.query.has('node_uuid')).toBe(false);
  });

  it('does not post its inventory again when it was refused', async () => {
    api.replies[inspectionRoute] = [[404]];
    start(inspecting());
    await api.waitForHeartbeat(1);
    expect(api.of(inspectionRoute)).toHaveLength(1);
  });

  it('posts its inventory twice and with an error when it is to', async () => {
    start({ ...inspecting(), faults: { duplicateInventory: true, inventoryError: 'no disks' } });
    await api.waitForHeartbeat(1);
    expect(api.of(inspectionRoute).map((post) => post.body.error)).toEqual(['no disks', 'no disks']);
  });

  it('looks itself up again until a node is found', async () => {
    const [found] = api.replies[lookupRoute] ?? [];
    api.replies[lookupRoute] = [[404], [409], [503], found ?? [500]];
    start();
    await api.waitForHeartbeat(1);
    expect(api.of(lookupRoute)).toHaveLength(4);
  });

  it('gives up when no node is found in time', async () => {
    api.replies[lookupRoute] = [[404]];
    start({ args: ['--lookup-timeout', '0.3'] });
    expect(await sut.exited).toBe(4);
    expect(sut.output).toContain('agent gives up');
    expect(sut.folder.running()).toBe('halted');
  });

  it('locks itself down when the token is masked and it was given none', async () => {
    const masked = { node: { uuid: nodeUuid }, config: { heartbeat_timeout: 300, agent_token: '******' } };
    api.replies[lookupRoute] = [[200, masked]];
    start();
    expect(await sut.exited).toBe(3);
    expect(sut.output).toContain('agent locks itself down');
    expect(sut.folder.running()).toBe('locked-down');
    expect(api.heartbeats).toEqual([]);
  });

  it('uses the token that it was booted with when the API masks it', async () => {
    const masked = { node: { uuid: nodeUuid }, config: { heartbeat_timeout: 300, agent_token: '******' } };
    api.replies[lookupRoute] = [[200, masked]];
    start({ boot: { 'ipa-agent-token': 'given-at-boot' } });
    expect((await api.waitForHeartbeat(1)).body.agent_token).toBe('given-at-boot');
  });

  it('makes no look-up when it is to make none', async () => {
    start({ ...inspecting(), faults: { noLookup: true } });
    await api.waitFor(inspectionRoute, 1);
    sut.folder.setRunning('agent');
    expect(api.of(lookupRoute)).toEqual([]);
  });

  it('heartbeats in its interval, and soon again when the node was busy', async () => {
    api.replies[`POST /v1/heartbeat/${nodeUuid}`] = [[409], [202]];
    start({ agent: { heartbeatIntervalS: 0.05 } });
    await api.waitForHeartbeat(4);
  });

  it('takes the heartbeat interval from its kernel parameters', async () => {
    start({ agent: { heartbeatIntervalS: null }, boot: { 'ipa-heartbeat-interval': '0.05' } });
    await api.waitForHeartbeat(3);
  });

  it('serves plain HTTP when it is to', async () => {
    start({ args: ['--plain-http'] });
    const beat = await api.waitForHeartbeat(1);
    expect(beat.body.callback_url).toMatch(/^http:/);
    expect(beat.body).not.toHaveProperty('agent_verify_ca');
    sut.reach(beat);
    expect((await sut.request('GET', '/v1/status')).status).toBe(200);
  });

  it('refuses to run when it is told of no API', async () => {
    start({ boot: { 'ipa-api-url': '' } });
    expect(await sut.exited).toBe(1);
    expect(sut.output).toContain('ipa-api-url');
  });
});
