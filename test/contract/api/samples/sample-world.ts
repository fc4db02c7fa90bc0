import type { NodePatch } from '@bessemer/contracts';
import type { ApiFixture } from '../api-fixture.js';
import * as records from './sampled-requests.js';

/** Sends a creation and returns what it answered; throws for anything but a success. */
export async function create(
  sut: ApiFixture,
  path: string,
  body: object,
  version = '1.115',
): Promise<Record<string, unknown>> {
  const created = await sut.request('POST', path, { body, version });
  if (created.status >= 300) throw new Error(`${path}: ${created.status} ${created.text}`);
  return created.body;
}

async function found(sut: ApiFixture, node: string, patch: NodePatch): Promise<void> {
  await sut.verb(node, 'inspect');
  const command = await sut.conductor.command(node, 'inspect');
  await sut.conductor.reportAll(command, [
    { what: 'accepted' },
    { what: 'started' },
    { what: 'finished', transition: 'done', patch },
  ]);
  await sut.reaches(node, 'manageable');
}

async function allocated(sut: ApiFixture): Promise<void> {
  await sut.verb(records.node, 'provide');
  const command = await sut.conductor.command(records.node, 'clean');
  await sut.conductor.reportAll(command, [
    { what: 'accepted' },
    { what: 'started' },
    { what: 'finished', transition: 'done' },
  ]);
  await sut.reaches(records.node, 'available');
}

async function waiting(sut: ApiFixture): Promise<void> {
  const node = await sut.manageable({
    uuid: records.waitingNode,
    name: 'waiting',
    shard: 'example_shard2',
    instance_name: 'other',
    owner: 'john doe',
  });
  await sut.verb(node, 'clean', { clean_steps: [{ interface: 'deploy', step: 'erase' }] });
  const command = await sut.conductor.command(node, 'clean');
  await sut.conductor.reportAll(command, [
    { what: 'accepted' },
    { what: 'started' },
    { what: 'waiting', transition: 'wait', reason: 'Waits.' },
  ]);
  await sut.reaches(node, 'clean wait');
}

/** Makes the records that the samples show, with a value in every field that has one there; returns answers by the name of the sample. */
export async function makeWorld(
  sut: ApiFixture,
  requestOf: (sample: string) => object,
): Promise<Map<string, Record<string, unknown>>> {
  const answers = new Map<string, Record<string, unknown>>();
  const made = async (sample: string, uuid: string, more: object = {}, version?: string): Promise<void> => {
    const path = records.creations[sample] ?? '';
    answers.set(sample, await create(sut, path, { ...requestOf(sample), uuid, ...more }, version));
  };
  await create(sut, '/v1/chassis', { uuid: records.chassis, description: 'Sample chassis' });
  const driver = {
    driver: 'fake-hardware',
    shard: 'example_shard1',
    instance_name: 'instance',
    owner: 'john doe',
  };
  answers.set('node-create', await create(sut, '/v1/nodes', { ...requestOf('node-create'), name: 'other', ...driver }));
  await sut.request('DELETE', '/v1/nodes/other');
  await sut.manageable({ ...requestOf('node-create'), ...driver, uuid: records.node });
  await sut.request('PUT', `/v1/nodes/${records.node}/traits`, {
    body: { traits: ['CUSTOM_TRAIT1', 'HW_CPU_X86_VMX'] },
  });
  await made('portgroup-create', records.portgroup, { category: 'hypernet', physical_network: 'physnet1' });
  // At the newest version a port in a group has the group's physical network.
  const link = { switch_id: '0a:1b:2c:3d:4e:5f', port_id: 'Ethernet3/1', switch_info: 'switch1', hostname: 'host' };
  await made('port-create', records.port, { local_link_connection: link }, '1.101');
  await made('volume-connector-create', records.connector);
  await made('volume-target-create', records.target);
  await made('deploy-template-create', records.template);
  await made('runbook-create', records.runbook);
  await found(sut, records.node, {
    fields: [
      { op: 'set', path: '/boot_mode', value: 'uefi' },
      { op: 'set', path: '/secure_boot', value: true },
    ],
    bios: [{ name: 'virtualization', value: 'Enabled' }],
    firmware: [{ component: 'BMC', current_version: 'v1.0.0', model: 'iDRAC 9' }],
  });
  // What no task reports yet, but the table holds.
  await sut.api.database.query(
    `UPDATE bios_settings SET updated_at = now(), attribute_type = 'Enumeration',
       allowable_values = '["Enabled", "Disabled"]', read_only = false`,
  );
  await sut.api.database.query("UPDATE nodes SET network_interface = 'flat' WHERE uuid = $1", [records.node]);
  await sut.request('POST', `/v1/nodes/${records.node}/vifs`, { body: { id: '1974dcfa-836f-41b2-b541-686c100900e5' } });
  await allocated(sut);
  await made('allocation-create', records.allocation);
  await waiting(sut);
  // So that everything has a time of its last change, and takes the changes of the samples.
  for (const path of Object.values(records.updates))
    await sut.request('PATCH', path, { body: [{ op: 'add', path: '/extra/touched', value: true }] });
  await sut.request('PUT', `/v1/nodes/${records.node}/maintenance`, { body: { reason: 'Changed by hand.' } });
  return answers;
}
