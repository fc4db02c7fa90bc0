import { SecretSearch } from '../../../e2e/secret-search.js';
import type { FuzzRequest } from './request-arbitraries.js';

/** Names under which requests find something. */
export const knownNames = ['planted-0', 'planted-1', 'planted-2', 'planted-3'];
/** UUIDs under which requests find something, or make it. */
export const knownUuids = [0, 1, 2, 3, 4, 5, 6, 7].map((last) => `7a3b1c5d-0000-4000-8000-00000000000${last}`);

type Send = (request: FuzzRequest) => Promise<{ readonly status: number; readonly text: string }>;

const post = (path: string, body: object): FuzzRequest => ({
  method: 'POST',
  path,
  headers: { 'x-openstack-ironic-api-version': '1.115', 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** Nodes and what belongs to them, with secrets of others, made anew when a request has deleted them. */
export class PlantedRecords {
  readonly secrets = new SecretSearch();
  private made = 0;

  constructor(private readonly send: Send) {}

  /** Makes what is missing with each node that is; returns what was refused. */
  async plant(): Promise<string[]> {
    const refused: string[] = [];
    for (const [index, name] of knownNames.entries()) {
      const uuid = knownUuids[index] ?? '';
      const made = await this.send(post('/v1/nodes', this.node(uuid, name)));
      if (made.status !== 201) continue;
      for (const [path, body] of this.others(uuid, index)) {
        const { status, text } = await this.send(post(path, { uuid, ...body }));
        if (status !== 201) refused.push(`${path}: ${text}`);
      }
    }
    return refused;
  }

  /** One record of each noun, with the UUID of the node. */
  private others(uuid: string, index: number): [string, object][] {
    const steps = [{ interface: 'bios', step: 'apply', args: { password: this.secret('step') } }];
    const volume = { node_uuid: uuid, volume_type: 'iscsi', volume_id: 'v', boot_index: 0 };
    return [
      ['/v1/ports', { node_uuid: uuid, address: `02:00:00:00:02:0${index}` }],
      ['/v1/portgroups', { node_uuid: uuid, name: `group-${index}` }],
      ['/v1/chassis', {}],
      ['/v1/volume/connectors', { node_uuid: uuid, type: 'iqn', connector_id: `iqn.${index}` }],
      ['/v1/volume/targets', { ...volume, properties: { auth_password: this.secret('target') } }],
      ['/v1/deploy_templates', { name: `CUSTOM_${index}`, steps: steps.map((step) => ({ ...step, priority: 10 })) }],
      ['/v1/runbooks', { name: `CUSTOM_${index}`, steps: steps.map((step) => ({ ...step, order: 1 })) }],
      ['/v1/allocations', { resource_class: 'crowd' }],
    ];
  }

  private node(uuid: string, name: string): object {
    return {
      uuid,
      name,
      driver: 'fake-hardware',
      resource_class: 'crowd',
      driver_info: {
        ipmi_password: this.secret('ipmi', ' "\'\\'),
        pass_phrase_of_bmc: this.secret('declared'),
        nested: { api_token: this.secret('nested') },
      },
      instance_info: { configdrive: this.secret('configdrive'), image_pull_secret: this.secret('pull') },
    };
  }

  private secret(name: string, tail = ''): string {
    this.made += 1;
    return this.secrets.make(`${name} ${this.made}`, tail);
  }
}
