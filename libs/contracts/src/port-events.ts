import { IsBoolean, IsInt, IsISO8601, IsObject, IsOptional, IsString, IsUUID } from 'class-validator';
import type { CatalogueMessage } from './catalogue.js';
import type { JsonObject } from './json.js';

/**
 * A public event of a port. The CloudEvent's `type` is Ironic's notification name (`baremetal.port.create.end`), its
 * `data` the fields of Ironic's payload (reference: conductor.md §6) and the revision. Subject:
 * `metal.event.api.port.<uuid>.<create|update|delete>`.
 */
export class PortEvent {
  @IsUUID('loose') uuid!: string;
  /** Of the record after the change. */
  @IsInt() revision!: number;
  @IsUUID('loose') node_uuid!: string;
  @IsOptional() @IsUUID('loose') portgroup_uuid!: string | null;
  @IsString() address!: string;
  @IsObject() extra!: JsonObject;
  @IsObject() local_link_connection!: JsonObject;
  @IsBoolean() pxe_enabled!: boolean;
  @IsOptional() @IsString() physical_network!: string | null;
  @IsBoolean() is_smartnic!: boolean;
  @IsOptional() @IsString() name!: string | null;
  @IsOptional() @IsString() description!: string | null;
  @IsOptional() @IsString() vendor!: string | null;
  @IsOptional() @IsString() category!: string | null;
  @IsBoolean() available_for_dynamic_portgroup!: boolean;
  @IsISO8601() created_at!: string;
  @IsOptional() @IsISO8601() updated_at!: string | null;
}

/** A public event of a port group. Subject: `metal.event.api.portgroup.<uuid>.<create|update|delete>`. */
export class PortgroupEvent {
  @IsUUID('loose') uuid!: string;
  /** Of the record after the change. */
  @IsInt() revision!: number;
  @IsUUID('loose') node_uuid!: string;
  @IsOptional() @IsString() address!: string | null;
  @IsOptional() @IsString() name!: string | null;
  @IsString() mode!: string;
  @IsObject() properties!: JsonObject;
  @IsBoolean() standalone_ports_supported!: boolean;
  @IsBoolean() dynamic_portgroup!: boolean;
  @IsOptional() @IsString() physical_network!: string | null;
  @IsOptional() @IsString() category!: string | null;
  @IsObject() extra!: JsonObject;
  @IsISO8601() created_at!: string;
  @IsOptional() @IsISO8601() updated_at!: string | null;
}

const node = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123';
const portgroup = '5d2f4b7a-3c1e-4f0a-8a64-0a7f0f5b9a11';

/** The part of the catalogue of messages that tells of ports and port groups. */
export const portMessages: readonly CatalogueMessage[] = [
  {
    stream: 'EVENTS',
    subject: 'metal.event.api.port.<uuid>.<create|update|delete>',
    type: 'baremetal.port.<create|update|delete>.end',
    message: PortEvent,
    description: 'A client has created, changed or deleted a port; ports that a task finds are told of by their node.',
    example: {
      uuid: '0c0a1a4e-0f5c-4a33-9a55-1a7b7f6d8e21',
      revision: 2,
      node_uuid: node,
      portgroup_uuid: portgroup,
      address: '52:54:00:12:34:56',
      extra: {},
      local_link_connection: { switch_id: '0a:1b:2c:3d:4e:5f', port_id: 'Ethernet3/1', switch_info: 'leaf-1' },
      pxe_enabled: true,
      physical_network: 'physnet1',
      is_smartnic: false,
      name: 'rack1-u07-eth0',
      description: null,
      vendor: null,
      category: null,
      available_for_dynamic_portgroup: true,
      created_at: '2026-01-01T12:00:00.000Z',
      updated_at: '2026-01-01T12:05:00.000Z',
    },
  },
  {
    stream: 'EVENTS',
    subject: 'metal.event.api.portgroup.<uuid>.<create|update|delete>',
    type: 'baremetal.portgroup.<create|update|delete>.end',
    message: PortgroupEvent,
    description: 'A port group was created, changed or deleted.',
    example: {
      uuid: portgroup,
      revision: 1,
      node_uuid: node,
      address: '52:54:00:12:34:60',
      name: 'rack1-u07-bond0',
      mode: '802.3ad',
      properties: { miimon: '100' },
      standalone_ports_supported: true,
      dynamic_portgroup: false,
      physical_network: 'physnet1',
      category: null,
      extra: {},
      created_at: '2026-01-01T12:00:00.000Z',
      updated_at: null,
    },
  },
];
