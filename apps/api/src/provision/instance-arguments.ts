import type { BlobReference, Json, JsonObject } from '@bessemer/contracts';
import type { Transaction } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import { encrypt } from 'unixcrypt';
import type { NodeRow } from '../nodes/node-row.js';
import { NodeSecrets } from '../nodes/node-secrets.js';
import { ConfigDrivesRepository } from './config-drives.repository.js';

/** What becomes of the arguments that belong to the instance. */
export interface InstanceChange {
  readonly changes: Partial<NodeRow>;
  /** The arguments as the command carries them: secrets sealed, large ones by reference. */
  readonly arguments: JsonObject;
}

/** Bytes of a config drive that may travel inside a command; larger ones go by reference. */
const inlineLimit = 96 * 1024;

const sizeOf = (value: Json): number =>
  Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value), 'utf8');
const asJson = (reference: BlobReference): JsonObject => ({ ...reference });

/** Keeps config drives and rescue passwords with the instance, sealed or by reference. */
@Injectable()
export class InstanceArguments {
  constructor(
    private readonly secrets: NodeSecrets,
    private readonly configDrives: ConfigDrivesRepository,
  ) {}

  /** Keeps what belongs to the instance, in the transaction that accepts the verb. */
  async apply(tx: Transaction, node: NodeRow, args: JsonObject): Promise<InstanceChange> {
    if (args['configdrive'] !== undefined) return this.withConfigDrive(tx, node, args, args['configdrive']);
    if (typeof args['rescue_password'] === 'string') return this.withRescue(node, args, args['rescue_password']);
    return { changes: {}, arguments: args };
  }

  private async withConfigDrive(
    tx: Transaction,
    node: NodeRow,
    args: JsonObject,
    configDrive: Json,
  ): Promise<InstanceChange> {
    await this.configDrives.drop(tx, node.uuid);
    const kept =
      sizeOf(configDrive) <= inlineLimit
        ? { ...this.secrets.sealOne(node.uuid, 'instance_info.configdrive', configDrive) }
        : asJson(await this.configDrives.keep(tx, node.uuid, configDrive));
    const { configdrive: _, ...others } = args;
    return { changes: { instance_info: { ...node.instance_info, configdrive: kept } }, arguments: others };
  }

  private withRescue(node: NodeRow, args: JsonObject, password: string): InstanceChange {
    const seal = (path: string, value: string): JsonObject => ({ ...this.secrets.sealOne(node.uuid, path, value) });
    const hashed = encrypt(password, '$5$');
    return {
      changes: {
        instance_info: {
          ...node.instance_info,
          rescue_password: seal('instance_info.rescue_password', password),
          hashed_rescue_password: seal('instance_info.hashed_rescue_password', hashed),
        },
      },
      arguments: { ...args, rescue_password: seal('arguments.rescue_password', password) },
    };
  }
}
