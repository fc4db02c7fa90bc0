import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ImageServer } from '../image-server/image-server.js';
import { CommandRunner } from './command-runner.js';
import { configDriveBytes } from './config-drive.js';
import type { Faults } from './faults.js';
import { AgentProcess } from './testing/agent-process.js';
import { FakeApi, token } from './testing/fake-api.js';

const context = { node: {}, ports: [] };
const cleanVersion = { generic_hardware_manager: '1.2' };

describe(CommandRunner.name, () => {
  let api: FakeApi;
  let sut: AgentProcess;
  let images: ImageServer;

  beforeEach(async () => {
    api = await FakeApi.start();
    sut = new AgentProcess(api);
    images = await ImageServer.start({ path: join(sut.folder.path, 'source.raw'), sizeMib: 3 });
    sut.reach(await api.waitForHeartbeat(1));
  });

  afterEach(async () => {
    await sut.stop();
    await images.stop();
    await api.stop();
  });

  const setFaults = (faults: Faults): void => sut.folder.writeJson(sut.folder.faultsPath, faults);
  const cleanStep = (step: string, wait = true, version: unknown = cleanVersion) =>
    sut.command(
      token,
      'clean.execute_clean_step',
      { step: { interface: 'deploy', step }, ...context, clean_version: version },
      wait,
    );
  const writeImage = (info: Record<string, unknown>, extra: Record<string, unknown> = {}) =>
    sut.command(token, 'deploy.execute_deploy_step', {
      step: {
        interface: 'deploy',
        step: 'write_image',
        args: {
          image_info: { id: 'image.raw', urls: [images.url], disk_format: 'raw', ...info },
          ...extra,
        },
      },
      ...context,
    });
  const disk = async (offset: number, length: number): Promise<Buffer> => {
    const file = await open(sut.folder.diskPath);
    const buffer = Buffer.alloc(length);
    await file.read(buffer, 0, length, offset);
    await file.close();
    return buffer;
  };

  it('tells of itself without a token', async () => {
    expect((await sut.request('GET', '/')).body).toHaveProperty('versions');
    expect((await sut.request('GET', '/v1/')).body).toHaveProperty('commands');
    expect((await sut.request('GET', '/v1/status')).body).toMatchObject({
      version: expect.any(String),
      started_at: expect.any(Number),
    });
  });

  it.each([
    ['a list without a token', 'GET', '/v1/commands/', undefined, 401],
    ['a list with a wrong token', 'GET', '/v1/commands/?agent_token=wrong', undefined, 401],
    ['a command with a wrong token', 'POST', '/v1/commands/?agent_token=wrong', { name: 'standby.sync' }, 401],
    ['an unknown extension', 'POST', `/v1/commands/?agent_token=${token}`, { name: 'nope.sync' }, 404],
    ['an unknown command', 'POST', `/v1/commands/?agent_token=${token}`, { name: 'standby.nope' }, 400],
    ['a name that is none', 'POST', `/v1/commands/?agent_token=${token}`, { name: 'standby' }, 400],
    ['no name', 'POST', `/v1/commands/?agent_token=${token}`, {}, 400],
    ['a missing parameter', 'POST', `/v1/commands/?agent_token=${token}`, { name: 'clean.get_clean_steps' }, 400],
    ['an unknown result', 'GET', `/v1/commands/none?agent_token=${token}`, undefined, 404],
    ['an unknown path', 'GET', '/v2/', undefined, 404],
  ])('refuses %s in the form of the agent', async (_, method, path, body, status) => {
    const answer = await sut.request(method, path, body);
    expect(answer).toEqual({
      status,
      body: { faultcode: 'Client', faultstring: expect.any(String) },
    });
  });

  it.each([
    ['clean', 'erase_devices_metadata', 99],
    ['deploy', 'write_image', 0],
    ['service', 'inject_files', 0],
  ])('lists the %s steps with the versions of its managers', async (kind, step, priority) => {
    const answer = await sut.command(token, `${kind}.get_${kind}_steps`, context);
    expect(answer.body).toMatchObject({
      command_name: `get_${kind}_steps`,
      command_status: 'SUCCEEDED',
      command_error: null,
      command_result: {
        hardware_manager_version: cleanVersion,
        [`${kind}_steps`]: {
          GenericHardwareManager: expect.arrayContaining([expect.objectContaining({ step, priority })]),
        },
      },
    });
  });

  it('does a step in the background, is busy meanwhile, and heartbeats when it has ended', async () => {
    setFaults({ delayMs: { 'deploy.erase_devices_metadata': 300 } });
    const started = await cleanStep('erase_devices_metadata', false);
    expect(started.body).toMatchObject({ command_status: 'RUNNING', command_result: null });
    expect((await sut.command(token, 'standby.sync', {})).status).toBe(409);
    const ended = await sut.request('GET', `/v1/commands/${started.body.id}?agent_token=${token}&wait=true`);
    expect(ended.body).toMatchObject({
      command_status: 'SUCCEEDED',
      command_result: { clean_result: null, clean_step: { step: 'erase_devices_metadata' } },
    });
    await api.waitForHeartbeat(2);
    const list = await sut.request('GET', `/v1/commands/?agent_token=${token}`);
    expect(list.body.commands).toHaveLength(1);
  });

  it('writes the start and the end of each command into the log once', async () => {
    await sut.command(token, 'clean.get_clean_steps', context);
    await cleanStep('erase_devices_metadata');
    expect(sut.folder.agentLog().map((line) => [line.command, line.step, line.status, line.outcome])).toEqual([
      ['clean.get_clean_steps', null, 'start', undefined],
      ['clean.get_clean_steps', null, 'end', 'SUCCEEDED'],
      ['clean.execute_clean_step', 'deploy.erase_devices_metadata', 'start', undefined],
      ['clean.execute_clean_step', 'deploy.erase_devices_metadata', 'end', 'SUCCEEDED'],
    ]);
    expect(sut.folder.countStarted('deploy.erase_devices_metadata')).toBe(1);
  });

  it('fails a step that is to fail, with the reason', async () => {
    setFaults({ failSteps: { 'deploy.erase_devices_metadata': 'disk exploded' } });
    expect((await cleanStep('erase_devices_metadata')).body).toMatchObject({
      command_status: 'FAILED',
      command_error: { type: expect.any(String), code: 500, message: expect.any(String), details: 'disk exploded' },
      command_result: null,
    });
  });

  it('never ends a step that is to hang', async () => {
    setFaults({ hangSteps: ['erase_devices'] });
    await cleanStep('erase_devices', false);
    expect((await sut.command(token, 'standby.sync', {})).status).toBe(409);
  });

  it('refuses a step that was made for other versions of its managers', async () => {
    expect((await cleanStep('erase_devices', true, { generic_hardware_manager: '1.1' })).body).toMatchObject({
      command_status: 'CLEAN_VERSION_MISMATCH',
      command_error: { type: 'VersionMismatch' },
    });
  });

  it('fails a step that nobody offers', async () => {
    expect((await cleanStep('polish')).body).toMatchObject({
      command_status: 'FAILED',
      command_error: { type: 'CleaningError' },
    });
  });

  it('erases head and tail of the disk with its metadata, and all of it with its devices', async () => {
    await writeImage({ os_hash_algo: 'sha256', os_hash_value: images.sha256 });
    await cleanStep('erase_devices_metadata');
    expect((await disk(0, 512)).equals(Buffer.alloc(512))).toBe(true);
    expect((await disk(2 ** 21, 512)).equals(Buffer.alloc(512))).toBe(false);
    await cleanStep('erase_devices');
    expect((await disk(2 ** 21, 512)).equals(Buffer.alloc(512))).toBe(true);
  });

  it.each([
    ['its sha256', () => ({ os_hash_algo: 'sha256', os_hash_value: images.sha256 })],
    ['its sha512', () => ({ checksum: images.sha512 })],
    ['its md5', () => ({ checksum: images.md5 })],
    ['a checksum file', () => ({ checksum: images.checksumUrl })],
  ])('writes the image byte for byte to the disk, verified by %s', async (_, sum) => {
    const answer = await writeImage(sum());
    expect(answer.body).toMatchObject({ command_status: 'SUCCEEDED' });
    const source = await readFile(images.path);
    expect((await disk(0, source.length)).equals(source)).toBe(true);
    expect(sut.output).toContain('percent=50');
  });

  it.each<[string, () => Record<string, unknown>, Faults, string]>([
    ['another checksum', () => ({ checksum: 'd41d8cd98f00b204e9800998ecf8427e' }), {}, 'ImageChecksumError'],
    ['no checksum', () => ({}), {}, 'ImageChecksumError'],
    [
      'a checksum of another kind',
      () => ({ os_hash_algo: 'sha512', os_hash_value: images.sha256 }),
      {},
      'ImageChecksumError',
    ],
    ['a disk that corrupts it', () => ({ checksum: images.sha256 }), { checksum: 'corrupt' }, 'ImageChecksumError'],
    [
      'a URL that is not there',
      () => ({ checksum: images.sha256, urls: [`${images.url}x`] }),
      {},
      'ImageDownloadError',
    ],
    ['a format that it cannot write', () => ({ checksum: images.sha256, disk_format: 'qcow2' }), {}, 'InvalidImage'],
  ])('fails an image with %s', async (_, info, faults, type) => {
    setFaults(faults);
    expect((await writeImage(info())).body).toMatchObject({ command_status: 'FAILED', command_error: { type } });
  });

  it('downloads again when a download breaks off', async () => {
    images.breakDownloads(2 ** 20, 2);
    expect((await writeImage({ checksum: images.sha256 })).body).toMatchObject({ command_status: 'SUCCEEDED' });
    expect(images.requests.GET).toBe(3);
  });

  it('writes the config drive to the end of the disk', async () => {
    const content = Buffer.from('a file system with meta_data.json');
    const configdrive = gzipSync(content).toString('base64');
    await writeImage({ checksum: images.sha256 }, { configdrive });
    const start = 2 ** 30 - configDriveBytes;
    expect((await disk(start, content.length)).equals(content)).toBe(true);
  });

  it('prepares an image as the older deploy does and answers the questions that follow', async () => {
    const prepared = await sut.command(token, 'standby.prepare_image', {
      image_info: { id: 'x', urls: [images.url], disk_format: 'raw', checksum: images.sha256 },
    });
    expect(prepared.body).toMatchObject({
      command_result: { result: expect.stringMatching(/written to device .* root_uuid=/) },
    });
    const partitions = await sut.command(token, 'standby.get_partition_uuids', {});
    expect(partitions.body.command_result).toMatchObject({ 'root uuid': expect.any(String), partitions: {} });
    const boot = await sut.command(token, 'image.install_bootloader', { root_uuid: 'x', target_boot_mode: 'uefi' });
    expect(boot.body).toMatchObject({ command_status: 'SUCCEEDED', command_result: { result: null } });
  });

  it('hands out its logs', async () => {
    const answer = await sut.command(token, 'log.collect_system_logs', {});
    const { system_logs } = answer.body.command_result as { system_logs: string };
    expect(gunzipSync(Buffer.from(system_logs, 'base64')).toString()).toContain('log.collect_system_logs');
  });

  it.each([
    ['standby.power_off', {}, 'off'],
    ['standby.run_image', {}, 'disk'],
    ['rescue.finalize_rescue', { rescue_password: 'x', hashed: false }, 'rescue'],
  ])('ends with %s, and its machine with it', async (command, params, running) => {
    expect((await sut.command(token, command, params)).body).toMatchObject({ command_status: 'SUCCEEDED' });
    expect(await sut.exited).toBe(0);
    expect(sut.folder.running()).toBe(running);
  });
});
