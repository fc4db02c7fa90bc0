import { IsArray, IsBoolean, IsInt, IsISO8601, IsObject, IsOptional, IsString, IsUUID } from 'class-validator';
import type { CatalogueMessage } from './catalogue.js';
import type { JsonObject } from './json.js';

/**
 * A public event of a deploy template. The CloudEvent's `type` is Ironic's notification name
 * (`baremetal.deploytemplate.create.end`), its `data` the fields of Ironic's payload (reference: conductor.md §6) with
 * secret arguments masked, and the revision. Subject: `metal.event.api.deploytemplate.<uuid>.<create|update|delete>`.
 */
export class DeployTemplateEvent {
  @IsUUID('loose') uuid!: string;
  /** Of the record after the change. */
  @IsInt() revision!: number;
  @IsString() name!: string;
  @IsArray() @IsObject({ each: true }) steps!: JsonObject[];
  @IsObject() extra!: JsonObject;
  @IsISO8601() created_at!: string;
  @IsOptional() @IsISO8601() updated_at!: string | null;
}

/** A public event of a runbook. Subject: `metal.event.api.runbook.<uuid>.<create|update|delete>`. */
export class RunbookEvent {
  @IsUUID('loose') uuid!: string;
  /** Of the record after the change. */
  @IsInt() revision!: number;
  @IsString() name!: string;
  @IsOptional() @IsString() description!: string | null;
  @IsArray() @IsObject({ each: true }) steps!: JsonObject[];
  @IsBoolean() disable_ramdisk!: boolean;
  @IsBoolean() public!: boolean;
  @IsOptional() @IsString() owner!: string | null;
  @IsArray() @IsString({ each: true }) traits!: string[];
  @IsObject() extra!: JsonObject;
  @IsISO8601() created_at!: string;
  @IsOptional() @IsISO8601() updated_at!: string | null;
}

/** The part of the catalogue of messages that tells of deploy templates and runbooks. */
export const stepListMessages: readonly CatalogueMessage[] = [
  {
    stream: 'EVENTS',
    subject: 'metal.event.api.deploytemplate.<uuid>.<create|update|delete>',
    type: 'baremetal.deploytemplate.<create|update|delete>.end',
    message: DeployTemplateEvent,
    description: 'A deploy template was created, changed or deleted.',
    example: {
      uuid: '2d5a3c9e-70b4-4a52-9a3c-6e1b8b8c4d10',
      revision: 1,
      name: 'CUSTOM_RAID_1',
      steps: [
        {
          interface: 'raid',
          step: 'create_configuration',
          args: { create_root_volume: true },
          priority: 120,
        },
      ],
      extra: {},
      created_at: '2026-01-01T12:00:00.000Z',
      updated_at: null,
    },
  },
  {
    stream: 'EVENTS',
    subject: 'metal.event.api.runbook.<uuid>.<create|update|delete>',
    type: 'baremetal.runbook.<create|update|delete>.end',
    message: RunbookEvent,
    description: 'A runbook was created, changed or deleted.',
    example: {
      uuid: '9b1f7c62-4a0d-4a6e-8f0b-2c6f4f0c7e55',
      revision: 3,
      name: 'firmware-of-rack-1',
      description: 'Brings the firmware of rack 1 up to date.',
      steps: [{ interface: 'bios', step: 'factory_reset', args: {}, order: 1 }],
      disable_ramdisk: false,
      public: false,
      owner: 'a-project',
      traits: ['CUSTOM_RACK_1'],
      extra: {},
      created_at: '2026-01-01T12:00:00.000Z',
      updated_at: '2026-01-01T12:05:00.000Z',
    },
  },
];
