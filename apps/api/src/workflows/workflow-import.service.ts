import { randomUUID } from 'node:crypto';
import { isJsonObject, type JsonObject } from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import { BessemerError, isBessemerError } from '@bessemer/errors';
import { isVerbAllowed } from '@bessemer/lifecycle';
import { Injectable } from '@nestjs/common';
import { HardwareTypes } from '../drivers/hardware-types.js';
import type { RequestContext } from '../http/context.js';
import { NodeEvents } from '../nodes/node-events.js';
import { NodeGate } from '../nodes/node-gate.js';
import { type NodeRow, stateOf } from '../nodes/node-row.js';
import { NodeSecrets } from '../nodes/node-secrets.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { NodesService } from '../nodes/nodes.service.js';
import { duplicateIn, insertRow, inTransaction } from '../records/write.js';
import { type ImportProblem, parseInstackenv, type Registration } from './instackenv.js';
import { bmcIdentity, bmcKeys } from './instackenv-drivers.js';
import type { ImportOptions, WorkflowGoal } from './workflows.dto.js';
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
    const placed = problems.length > 0 ? [] : await this.place(registrations, problems, context);
    if (problems.length > 0) throw new ImportError(problems.sort((a, b) => (a.index ?? -1) - (b.index ?? -1)));
    for (const { existing } of placed)
      if (existing !== undefined) await this.gate.free(async () => this.requireNode(existing));
    const workflow = randomUUID();
    try {
      await inTransaction(this.database, async (tx) => {
        const items = [];
        for (const { registration, record, existing } of placed) {
          const node =
            record === undefined
              ? await this.update(tx, existing ?? '', registration)
              : await this.create(tx, record, registration);
          const goals = goalsOf(node, options);
          items.push({ index: registration.index, node_uuid: node.uuid, created: existing === undefined, goals });
        }
        await this.workflows.insert(tx, { uuid: workflow, user: context.user, ...options }, items);
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
    for (const registration of registrations) {
      const { index } = registration;
      const [existing, ...others] = candidates.get(index) ?? [];
      if (others.length > 0)
        problems.push({
          index,
          field: null,
          message: `It could be several nodes: ${[existing, ...others].join(', ')}. Its UUID, MAC addresses and BMC must point at one.`,
        });
      else if (existing !== undefined) placed.push({ registration, existing });
      else
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
    await this.addPorts(tx, node.uuid, registration);
    await this.events.announce(tx, node, 'create', 'end');
    return node;
  }

  /** Writes the fields that the file names, over the ones that the node has. */
  private async update(tx: Transaction, uuid: string, registration: Registration): Promise<NodeRow> {
    const node = await this.nodes.lock(tx, uuid);
    const sealed = await this.secrets.seal(uuid, { driver_info: registration.driver_info }, node);
    const changes: Partial<NodeRow> = {
      driver_info: { ...node.driver_info, ...sealed.driver_info },
      properties: mergeProperties(node.properties, registration.properties),
      extra: { ...node.extra, ...registration.extra },
      ...(registration.name === undefined ? {} : { name: registration.name }),
      ...(registration.resource_class === undefined ? {} : { resource_class: registration.resource_class }),
    };
    const changed = await this.nodes.update(tx, node, changes);
    await this.addPorts(tx, uuid, registration);
    await this.events.announce(tx, changed, 'update', 'end');
    return changed;
  }

  private async addPorts(tx: Transaction, node: string, { ports }: Registration): Promise<void> {
    const known = new Set((await this.nodes.ports(node, tx)).map((port) => port.address));
    for (const port of ports)
      if (!known.has(port.address)) await insertRow(tx, 'ports', { uuid: randomUUID(), node_uuid: node, ...port });
  }
}

/** The body of the request that would create the node. */
function bodyOf(registration: Registration): Record<string, unknown> {
  const { uuid, name, driver, driver_info, properties, extra, resource_class, conductor_group } = registration;
  const body = { uuid, name, driver, driver_info, properties, extra, conductor_group, ...registration.interfaces };
  const given = Object.entries({ ...body, resource_class: resource_class ?? 'baremetal' });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** Capabilities of the file are laid over the present ones, so that what rules have found stays. */
function mergeProperties(present: JsonObject, given: JsonObject): JsonObject {
  const merged = { ...present, ...given };
  const [before, after] = [present['capabilities'], given['capabilities']];
  if (typeof before === 'string' && typeof after === 'string') {
    const pairs = new Map([...before.split(','), ...after.split(',')].map((pair) => [pair.split(':', 1)[0], pair]));
    merged['capabilities'] = [...pairs.values()].sort().join(',');
  }
  return isJsonObject(merged) ? merged : present;
}

/** What is still to be done with the node; one that is further than the file asks is left where it is. */
function goalsOf(node: NodeRow, options: ImportOptions): WorkflowGoal[] {
  const state = stateOf(node);
  const wanted: WorkflowGoal[] = [
    ...(options.introspect ? ['inspect' as const] : []),
    ...(options.provide ? ['provide' as const] : []),
  ];
  if (isVerbAllowed('provide', state)) return wanted;
  return node.task === null && isVerbAllowed('manage', state) && !isVerbAllowed('deploy', state)
    ? ['manage', ...wanted]
    : [];
}
