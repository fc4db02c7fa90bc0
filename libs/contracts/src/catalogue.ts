import { ChassisEvent } from './chassis-events.js';
import { SignalCommand, TaskCommand } from './commands.js';
import { ConductorAnnouncement } from './conductor-events.js';
import { PolicyApplied } from './dhcp-events.js';
import { IntrospectionResult } from './inspection.js';
import { NodeCopiesEvent, NodeEvent } from './node-events.js';
import { portMessages } from './port-events.js';
import { stepListMessages } from './step-list-events.js';
import { TaskEvent } from './task-events.js';
import { VolumeConnectorEvent, VolumeTargetEvent } from './volume-events.js';
import { WorkflowEvent } from './workflow-events.js';

/** A class whose instances travel on the bus. */
export type MessageClass = new () => object;

/** A message of a stream: what it is called, where it goes, what it holds. */
export interface CatalogueMessage {
  stream: 'WORK' | 'EVENTS';
  /** With `<…>` where a token varies. */
  subject: string;
  /** The CloudEvent's `type`; with `<…>` where a word varies. */
  type: string;
  message: MessageClass;
  description: string;
  /** Between services: `GET /v1/events/stream` does not show it. */
  isInternal?: true;
  /** A complete example of the data. */
  example: object;
}

const node = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123';
const task = '6e1dc1a4-2d0f-4b1e-9e33-1a1a39a7dd10';

const exampleNode = {
  uuid: node,
  revision: 7,
  name: 'rack1-u07',
  driver: 'ipmi',
  driver_info: { ipmi_address: '192.0.2.7', ipmi_username: 'admin', ipmi_password: { $sealed: '…' } },
  driver_internal_info: {},
  properties: { cpu_arch: 'x86_64' },
  instance_info: {},
  instance_uuid: null,
  extra: {},
  conductor_group: '',
  provision_state: 'cleaning',
  target_provision_state: 'available',
  power_state: 'power off',
  target_power_state: null,
  maintenance: false,
  fault: null,
  retired: false,
  automated_clean: null,
  disable_power_off: false,
  resource_class: 'baremetal',
  boot_mode: null,
  secure_boot: null,
  clean_step: {},
  deploy_step: {},
  service_step: {},
  raid_config: {},
  target_raid_config: {},
  network_data: {},
  traits: [],
  bios_interface: 'no-bios',
  boot_interface: 'ipxe',
  console_interface: 'no-console',
  deploy_interface: 'direct',
  firmware_interface: null,
  inspect_interface: 'agent',
  management_interface: 'ipmitool',
  network_interface: 'noop',
  power_interface: 'ipmitool',
  raid_interface: 'no-raid',
  rescue_interface: 'no-rescue',
  storage_interface: 'noop',
  vendor_interface: 'no-vendor',
};

const examplePort = {
  uuid: '0c0a1a4e-0f5c-4a33-9a55-1a7b7f6d8e21',
  address: '52:54:00:12:34:56',
  pxe_enabled: true,
  physical_network: null,
  local_link_connection: {},
  internal_info: {},
  extra: {},
};

/** Every message of the streams. Public events are those of `metal.event.api.>` that are not internal. */
export const catalogue: readonly CatalogueMessage[] = [
  {
    stream: 'WORK',
    subject: 'metal.work.<provision|power>.<conductor_group>.<hardware_type>.<kind>',
    type: 'bessemer.task.<kind>',
    message: TaskCommand,
    description: 'Starts a task: one run of a verb, or one power change, on one node.',
    example: {
      task,
      kind: 'clean',
      epoch: 4,
      verb: 'provide',
      node: exampleNode,
      ports: [examplePort],
      arguments: {},
      requestId: 'req-7d0c2f6a-8f0e-4a4c-9f0e-2f5b1f1c9b10',
      user: null,
    },
  },
  {
    stream: 'WORK',
    subject: 'metal.work.signal.<conductor_group>.<hardware_type>.<kind>',
    type: 'bessemer.signal.<kind>',
    message: SignalCommand,
    description:
      'Wakes, ends or continues a task: a heartbeat of its agent, an abort, a cancel, an unhold, that a node which it waits for is free.',
    example: { task, node, kind: 'abort', epoch: 5, data: { reason: 'By request.' } },
  },
  {
    stream: 'EVENTS',
    subject: 'metal.event.conductor.task.<task>.<what>',
    type: 'bessemer.task.<what>',
    message: TaskEvent,
    description: 'What a conductor reports of a task; the only way in which a task changes a node.',
    example: {
      task,
      node,
      kind: 'clean',
      epoch: 4,
      seq: 5,
      what: 'waiting',
      conductor: 'conductor-1',
      at: '2026-01-01T12:00:00.000Z',
      transition: 'wait',
      reason: 'Waiting for the heartbeat of the agent.',
      deadline: '2026-01-01T12:30:00.000Z',
    },
  },
  {
    stream: 'EVENTS',
    subject: 'metal.event.conductor.conductor.<host>.announced',
    type: 'bessemer.conductor.announced',
    message: ConductorAnnouncement,
    description:
      'A conductor is there, with its group, hardware types, interfaces and the properties that they declare.',
    example: {
      hostname: 'conductor-1',
      conductor_group: '',
      online: true,
      hardware_types: [
        {
          name: 'ipmi',
          interfaces: [{ kind: 'power', enabled: ['ipmitool'], accepted: ['ipmitool'], default: 'ipmitool' }],
          properties: [
            { name: 'ipmi_address', type: 'string', secret: false, required: true, help: 'Address of the BMC.' },
          ],
          details: {},
        },
      ],
    },
  },
  {
    stream: 'EVENTS',
    subject: 'metal.event.inspector.introspection.<node>.finished',
    type: 'bessemer.introspection.finished',
    message: IntrospectionResult,
    description: 'What the inspector made of the inventory that a ramdisk has posted, or why it could not.',
    example: {
      node,
      introspection: 'd9a5c1de-3d0b-4c55-8f4e-1f5f8a9d7c11',
      state: 'finished',
      started_at: '2026-01-01T12:00:00.000Z',
      finished_at: '2026-01-01T12:00:01.000Z',
      error: null,
      discovered: false,
      patch: {
        fields: [{ op: 'set', path: '/properties/memory_mb', value: 8192 }],
        ports: [{ address: '52:54:00:12:34:56', pxe_enabled: true }],
      },
    },
  },
  {
    stream: 'EVENTS',
    subject: 'metal.event.dhcp.policy.<segment>.applied',
    type: 'bessemer.policy.applied',
    message: PolicyApplied,
    description: 'The manager of a network segment has a boot policy in place.',
    example: {
      segment: 'provisioning',
      policy: 12,
      admitted: ['52:54:00:12:34:56'],
      confirmed: true,
      at: '2026-01-01T12:00:00.000Z',
    },
  },
  {
    stream: 'EVENTS',
    subject: 'metal.event.api.node.<uuid>.<what>',
    type: 'baremetal.node.<what>.<status>',
    message: NodeEvent,
    description:
      "A change of a node's record. `type` is Ironic's notification name; `data` holds the fields of Ironic's payload, with secrets masked, plus revision, reason, since and deadline.",
    example: {
      uuid: node,
      revision: 8,
      reason: 'Waiting for the heartbeat of the agent.',
      since: '2026-01-01T12:00:00.000Z',
      deadline: '2026-01-01T12:30:00.000Z',
      name: 'rack1-u07',
      provision_state: 'clean wait',
      previous_provision_state: 'cleaning',
      event: 'wait',
    },
  },
  {
    stream: 'EVENTS',
    subject: 'metal.event.api.node-copies.<id>.<created|changed>',
    type: 'bessemer.node-copies.<created|changed>',
    message: NodeCopiesEvent,
    isInternal: true,
    description:
      'What services keep of nodes: of all that one transaction has created, or of one that it has changed or deleted.',
    example: {
      changed: [
        {
          uuid: node,
          incarnation: 42,
          revision: 8,
          name: 'rack1-u07',
          provision_state: 'clean wait',
          power_state: 'power on',
          maintenance: false,
          task,
          epoch: 4,
          driver: 'ipmi',
          conductor_group: '',
          macs: ['52:54:00:12:34:56'],
          bmc_addresses: ['192.0.2.7'],
          serial: null,
        },
      ],
      deleted: [{ uuid: '8c1f4d0e-52c5-4f0e-9d3b-0f1a8f6f5b11', incarnation: 7, revision: 12 }],
    },
  },
  {
    stream: 'EVENTS',
    subject: 'metal.event.api.chassis.<uuid>.<create|update|delete>',
    type: 'baremetal.chassis.<create|update|delete>.end',
    message: ChassisEvent,
    description: 'A chassis was created, changed or deleted.',
    example: {
      uuid: '8c1f4d0e-52c5-4f0e-9d3b-0f1a8f6f5b11',
      revision: 1,
      description: 'Rack 1',
      extra: {},
      created_at: '2026-01-01T12:00:00.000Z',
      updated_at: null,
    },
  },
  {
    stream: 'EVENTS',
    subject: 'metal.event.api.volumeconnector.<uuid>.<create|update|delete>',
    type: 'baremetal.volumeconnector.<create|update|delete>.end',
    message: VolumeConnectorEvent,
    description: 'A volume connector was created, changed or deleted.',
    example: {
      uuid: '3f6a2b58-6f6e-4a52-9d5a-6cf2b6a3f0c4',
      revision: 1,
      node_uuid: node,
      type: 'iqn',
      connector_id: 'iqn.2026-01.test.bessemer:rack1-u07',
      extra: {},
      created_at: '2026-01-01T12:00:00.000Z',
      updated_at: null,
    },
  },
  {
    stream: 'EVENTS',
    subject: 'metal.event.api.volumetarget.<uuid>.<create|update|delete>',
    type: 'baremetal.volumetarget.<create|update|delete>.end',
    message: VolumeTargetEvent,
    description: 'A volume target was created, changed or deleted.',
    example: {
      uuid: 'a2c7c9f0-1d3e-4b7f-8a52-5f0d7c1e9b33',
      revision: 2,
      node_uuid: node,
      boot_index: 0,
      volume_id: '7d5c1b1e-8e0a-4a0c-9b44-2f0b6f1d2a10',
      volume_type: 'iscsi',
      properties: {
        target_iqn: 'iqn.2026-01.test.bessemer:volume-1',
        auth_username: 'rack1-u07',
        auth_password: '******',
      },
      extra: {},
      created_at: '2026-01-01T12:00:00.000Z',
      updated_at: '2026-01-01T12:05:00.000Z',
    },
  },
  ...portMessages,
  ...stepListMessages,
  {
    stream: 'EVENTS',
    subject: 'metal.event.api.workflow.<uuid>.<progress|finished>',
    type: 'bessemer.workflow.<progress|finished>',
    message: WorkflowEvent,
    description: 'A machine of an import has come one step further, or the whole import has ended.',
    example: {
      workflow: 'b5e4b8a4-6a3f-4a5d-8d0e-6f6f0f9b7a77',
      state: 'running',
      index: 0,
      node,
      goal: 'inspect',
      reason: 'Waiting for the inventory of the ramdisk.',
      since: '2026-01-01T12:00:00.000Z',
      error: null,
    },
  },
];
