import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type Json, type JsonObject } from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import { BessemerError, isBessemerError } from '@bessemer/errors';
import { maskSecrets } from '@bessemer/secrets';
import { Injectable } from '@nestjs/common';
import { HardwareTypes } from '../drivers/hardware-types.js';
import type { RequestContext } from '../http/context.js';
import { NodeEvents } from '../nodes/node-events.js';
import { NodeGate, nodeLocked } from '../nodes/node-gate.js';
import { isBusy, type NodeRow } from '../nodes/node-row.js';
import { NodeSecrets } from '../nodes/node-secrets.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { NodesService } from '../nodes/nodes.service.js';
import { duplicateIn, insertRow, inTransaction } from '../records/write.js';
import { type ImportProblem, parseInstackenv, type Registration, type RegistrationPort } from './instackenv.js';
import { bmcIdentity, bmcKeys } from './instackenv-drivers.js';
import { goalsOf } from './workflow-goals.js';
import type { ImportOptions } from './workflows.dto.js';
import { WorkflowsRepository } from './workflows.repository.js';

/** The refusal of a file, with every problem of every record. */
export class ImportError extends BessemerError {
  /** @param problems all that is wrong, each with the index of its record */
  constructor(readonly problems: readonly ImportProblem[]) {
    super('invalid', problems.map(describe).join('\n'), {
      field: 'nodes',
      remedy: 'Nothing was imported; mend the file and import it again.',
    });
  }
}

const describe = ({ index, field, message }: ImportProblem): string =>
  `${index === null ? 'file' : `node #${index}`}${field === null ? '' : `, ${field}`}: ${message}`;

/** What became of an import. */
export interface ImportResult {
  workflow: string;
  warnings: ImportProblem[];
}

/** A record of the file with the node that it is already, if any. */
interface Placed {
  registration: Registration;
  /** The record of a node to create, sealed; absent for one that exists. */
  record?: Record<string, unknown>;
  existing?: string;
}

/**
 * Registers the machines of an instackenv.json: all of them in one transaction or none, creating what is not there and
 * updating what is (reference: tripleo-workflows.md §5).
 */
@Injectable()
export class WorkflowImportService {
  constructor(
    private readonly database: Database,
    private readonly workflows: WorkflowsRepository,
    private readonly nodes: NodesRepository,
    private readonly nodesService: NodesService,
    private readonly gate: NodeGate,
    private readonly types: HardwareTypes,
    private readonly secrets: NodeSecrets,
    private readonly events: NodeEvents,
  ) {}

  /**
   * @param content the parsed file
   * @throws ImportError with every problem; `node-locked` when a node to be updated stays busy
   */
  async import(content: unknown, options: ImportOptions, context: RequestContext): Promise<ImportResult> {
    const enabled = (await this.types.all()).map(({ type }) => type.name);
    const { registrations, problems, warnings } = parseInstackenv(content, enabled);
    const wrong = new Set(problems.map(({ index }) => index));
    const sound = registrations.filter(({ index }) => !wrong.has(index));
    const placed = await this.place(sound, problems, context);
    if (problems.length > 0) throw new ImportError(problems.sort((a, b) => (a.index ?? -1) - (b.index ?? -1)));
    for (const { existing, registration } of placed)
      if (existing !== undefined) await this.requireUpdatable(existing, registration);
    const workflow = randomUUID();
    try {
      await inTransaction(this.database, async (tx) => {
        const items = [];
        for (const { registration, record, existing } of placed) {
          const node =
            record === undefined
              ? await this.update(tx, existing ?? '', registration)
              : await this.create(tx, record, registration);
          const follows = existing === undefined ? null : await this.workflows.openOf(tx, existing);
          const goals = follows === null ? goalsOf(node, options) : [];
          const { index } = registration;
          items.push({ index, node_uuid: node.uuid, created: existing === undefined, follows, goals });
        }
        await this.workflows.insert(
          tx,
          { uuid: workflow, user: context.user, project: context.project, ...options },
          items,
        );
      });
    } catch (error) {
      const constraint = duplicateIn(error);
      if (constraint === undefined) throw error;
      throw new BessemerError('conflict', `Another request has just registered the same ${constraint}.`, {
        remedy: 'Import the file again.',
        cause: error,
      });
    }
    return { workflow, warnings };
  }

  /** Waits for a node that somebody works on, as a patch does, when the record changes it. */
  private async requireUpdatable(uuid: string, registration: Registration): Promise<void> {
    const node = await this.requireNode(uuid);
    if (!isBusy(node)) return;
    const { isVisible } = await this.changesOf(node, registration, await this.nodes.ports(uuid));
    if (isVisible) await this.gate.free(() => this.requireNode(uuid));
  }

  private async requireNode(uuid: string): Promise<NodeRow> {
    const node = await this.nodes.find(uuid);
    if (node === undefined) throw new BessemerError('conflict', `Node ${uuid} was deleted meanwhile.`);
    return node;
  }

  /** Finds the node that each record is already, and makes the record of each that is not. */
  private async place(
    registrations: readonly Registration[],
    problems: ImportProblem[],
    context: RequestContext,
  ): Promise<Placed[]> {
    const candidates = await this.candidates(registrations);
    const placed: Placed[] = [];
    const taken = new Map<string, number>();
    for (const registration of registrations) {
      const { index } = registration;
      const [existing, ...others] = candidates.get(index) ?? [];
      if (others.length > 0)
        problems.push({
          index,
          field: null,
          message: `It could be several nodes: ${[existing, ...others].join(', ')}. Its UUID, MAC addresses and BMC must point at one.`,
        });
      else if (existing !== undefined) {
        const first = taken.get(existing);
        if (first === undefined) placed.push({ registration, existing });
        else problems.push({ index, field: null, message: `It is the same node as index ${first}: ${existing}.` });
        taken.set(existing, first ?? index);
      } else
        try {
          placed.push({ registration, record: await this.nodesService.prepare(bodyOf(registration), context) });
        } catch (error) {
          if (!isBessemerError(error) || error.status >= 500) throw error;
          problems.push({ index, field: error.field ?? null, message: error.message });
        }
    }
    return placed;
  }

  private async candidates(registrations: readonly Registration[]): Promise<Map<number, string[]>> {
    const uuids = new Set(
      (await this.workflows.nodesByUuid(registrations.flatMap(({ uuid }) => uuid ?? []))).map(({ uuid }) => uuid),
    );
    const addresses = registrations.flatMap(({ ports }) => ports.map((port) => port.address));
    const byMac = new Map((await this.workflows.nodesByMac(addresses)).map(({ address, uuid }) => [address, uuid]));
    const bmcAddresses = registrations.flatMap((registration) =>
      bmcKeys.flatMap((key) => {
        const address = registration.driver_info[key];
        return typeof address === 'string' ? [address] : [];
      }),
    );
    const byBmc = new Map<string, string>();
    for (const node of await this.workflows.nodesByBmc(bmcKeys, bmcAddresses)) {
      const identity = bmcIdentity(node.driver, node.driver_info);
      if (identity !== null) byBmc.set(identity, node.uuid);
    }
    return new Map(
      registrations.map(({ index, uuid, ports, bmc }) => {
        const found = new Set<string>();
        if (uuid !== undefined && uuids.has(uuid)) found.add(uuid);
        for (const port of ports) found.add(byMac.get(port.address) ?? '');
        if (bmc !== null) found.add(byBmc.get(bmc) ?? '');
        found.delete('');
        return [index, [...found]];
      }),
    );
  }

  private async create(tx: Transaction, record: Record<string, unknown>, registration: Registration): Promise<NodeRow> {
    const node = await this.nodes.insert(tx, record);
    await this.addPorts(tx, node.uuid, registration.ports);
    await this.events.announce(tx, node, 'create', 'end');
    return node;
  }

  /** Writes the fields that the file names, over the ones that the node has. */
  private async update(tx: Transaction, uuid: string, registration: Registration): Promise<NodeRow> {
    const node = await this.nodes.lock(tx, uuid);
    const { changes, ports, isVisible } = await this.changesOf(
      node,
      registration,
      await this.nodes.ports(uuid, tx),
      tx,
    );
    // Secrets alone may change under a task: it has its own copy of them, and the next one gets the new ones.
    if (isBusy(node) && isVisible) throw nodeLocked(node);
    const changed = await this.nodes.update(tx, node, changes);
    await this.addPorts(tx, uuid, ports);
    await this.events.announce(tx, changed, 'update', 'end');
    return changed;
  }

  private async changesOf(
    node: NodeRow,
    registration: Registration,
    known: readonly { address: string }[],
    tx?: Transaction,
  ) {
    const sealed = await this.secrets.seal(node.uuid, { driver_info: registration.driver_info }, node, tx);
    const changes: Partial<NodeRow> = {
      driver_info: { ...node.driver_info, ...sealed.driver_info },
      properties: mergeProperties(node.properties, registration.properties),
      extra: { ...node.extra, ...registration.extra },
      ...(registration.name === undefined ? {} : { name: registration.name }),
      ...(registration.resource_class === undefined ? {} : { resource_class: registration.resource_class }),
    };
    const addresses = new Set(known.map(({ address }) => address));
    const ports = registration.ports.filter(({ address }) => !addresses.has(address));
    const visible = (row: object) => maskSecrets({ ...row }, () => false);
    const isSame = isDeepStrictEqual(visible({ ...node, ...changes }), visible(node));
    return { changes, ports, isVisible: ports.length > 0 || !isSame };
  }

  private async addPorts(tx: Transaction, node: string, ports: readonly RegistrationPort[]): Promise<void> {
    for (const port of ports) await insertRow(tx, 'ports', { uuid: randomUUID(), node_uuid: node, ...port });
  }
}

/** The body of the request that would create the node. */
function bodyOf(registration: Registration): Record<string, unknown> {
  const { uuid, name, driver, driver_info, properties, extra, resource_class, conductor_group } = registration;
  const body = { uuid, name, driver, driver_info, properties, extra, conductor_group, ...registration.interfaces };
  const given = Object.entries({ ...body, resource_class: resource_class ?? 'baremetal' });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/**
 * Properties of the file laid over the present ones. What rules have found stays, and so does a number that an
 * inspection has written as text.
 */
function mergeProperties(present: JsonObject, given: JsonObject): JsonObject {
  const merged: JsonObject = { ...present };
  for (const [name, value] of Object.entries(given)) {
    const before = present[name];
    if (name === 'capabilities') merged[name] = mergeCapabilities(before, value);
    else if (isJsonObject(value) || String(before) !== String(value)) merged[name] = value;
  }
  return merged;
}

function mergeCapabilities(present: Json | undefined, given: Json): Json {
  if (typeof present !== 'string' || typeof given !== 'string') return given;
  const before = present.split(',');
  const pairs = given.split(',');
  if (pairs.every((pair) => before.includes(pair))) return present;
  return [...new Map([...before, ...pairs].map((pair) => [pair.split(':', 1)[0], pair])).values()].sort().join(',');
}
