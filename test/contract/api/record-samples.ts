import { randomUUID } from 'node:crypto';
import type { ApiFixture } from './api-fixture.js';

/** A record, and where it is shown with all its fields. */
export interface RecordSample {
  /** The path that shows it. */
  readonly path: string;
  /** The record in the answer, where it is not the answer itself. */
  readonly recordIn?: (body: Record<string, unknown>) => unknown;
}

type Make = (sut: ApiFixture) => Promise<RecordSample>;

async function create(sut: ApiFixture, path: string, body: object): Promise<RecordSample> {
  const created = await sut.request('POST', path, { body });
  if (created.status !== 201) throw new Error(`${path}: ${created.text}`);
  return { path: `${path}/${String(created.body['uuid'])}` };
}

const first = (plural: string) => (body: Record<string, unknown>) => (body[plural] as unknown[])[0];
const onNode =
  (path: string, more: object): Make =>
  async (sut) =>
    create(sut, path, { node_uuid: await sut.node(), ...more });

const samples: Readonly<Record<string, Make>> = {
  Node: async (sut) => ({ path: `/v1/nodes/${await sut.node()}` }),
  NodeStates: async (sut) => ({ path: `/v1/nodes/${await sut.node()}/states` }),
  NodeBios: async (sut) => {
    const node = await sut.node();
    await sut.api.database.query('INSERT INTO bios_settings (node_uuid, name, value) VALUES ($1, $2, $3)', [
      node,
      'virtualization',
      'on',
    ]);
    return { path: `/v1/nodes/${node}/bios/virtualization`, recordIn: ({ virtualization }) => virtualization };
  },
  NodeHistory: async (sut) => {
    const [node, entry] = [await sut.node(), randomUUID()];
    await sut.api.database.query(
      `INSERT INTO node_history (uuid, node_uuid, severity, event, event_type) VALUES ($1, $2, 'ERROR', 'Broken.', 'deploying')`,
      [entry, node],
    );
    return { path: `/v1/nodes/${node}/history/${entry}` };
  },
  NodeFirmware: async (sut) => {
    const node = await sut.node();
    await sut.api.database.query(
      `INSERT INTO firmware_components (node_uuid, component, initial_version) VALUES ($1, 'bmc', '1')`,
      [node],
    );
    return { path: `/v1/nodes/${node}/firmware`, recordIn: first('firmware') };
  },
  Port: onNode('/v1/ports', { address: '52:54:00:0f:1e:2d' }),
  Portgroup: onNode('/v1/portgroups', {}),
  Allocation: async (sut) => create(sut, '/v1/allocations', { resource_class: 'a-class' }),
  Chassis: async (sut) => create(sut, '/v1/chassis', {}),
  VolumeConnector: onNode('/v1/volume/connectors', { type: 'iqn', connector_id: 'iqn.2026-11.example:a' }),
  VolumeTarget: onNode('/v1/volume/targets', { volume_type: 'iscsi', boot_index: 0, volume_id: 'a-volume' }),
  Conductor: async (sut) => ({ path: `/v1/conductors/${sut.conductor.host}` }),
  Driver: async () => ({ path: '/v1/drivers/fake-hardware' }),
  DeployTemplate: async (sut) =>
    create(sut, '/v1/deploy_templates', {
      name: 'CUSTOM_SAMPLE',
      steps: [{ interface: 'raid', step: 'delete_configuration', args: {}, priority: 1 }],
    }),
  Runbook: async (sut) =>
    create(sut, '/v1/runbooks', {
      name: 'CUSTOM_SAMPLE',
      steps: [{ interface: 'raid', step: 'delete_configuration', args: {}, order: 1 }],
    }),
};

/** Makes a record of the noun; throws for one that has no sample here. */
export function sampleOfNoun(name: string, sut: ApiFixture): Promise<RecordSample> {
  const make = samples[name];
  if (make === undefined) throw new Error(`record-samples.ts has no sample of a ${name}.`);
  return make(sut);
}
