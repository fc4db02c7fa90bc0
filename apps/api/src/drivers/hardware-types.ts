import {
  type HardwareTypeAnnouncement,
  type InterfaceField,
  type InterfaceKind,
  interfaceKinds,
} from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { looksSecret } from '@bessemer/secrets';
import { Injectable } from '@nestjs/common';
import { ConductorsRepository, type LiveConductor } from '../conductors/conductors.repository.js';
import { shapeOf } from '../records/shape.js';
import { type Reader, Remembered } from './remembered.js';

/** How long what the conductors announced is taken from memory, milliseconds. */
const cacheMs = 1000;

/** The interfaces of a node by field. */
export type InterfaceChoice = Partial<Record<InterfaceField, string | null>>;

const fieldOf = (kind: InterfaceKind): InterfaceField => `${kind}_interface`;

const noInterfaces = shapeOf(interfaceKinds.map(fieldOf), null);

/** What the live conductors have announced of their hardware types. */
@Injectable()
export class HardwareTypes {
  private readonly conductors: Remembered<LiveConductor[]>;
  private readonly secrets: Remembered<ReadonlySet<string>>;

  constructor(conductors: ConductorsRepository) {
    this.conductors = new Remembered((reader) => conductors.live(reader), cacheMs);
    this.secrets = new Remembered(async (reader) => new Set(await conductors.declaredSecrets(reader)), cacheMs);
  }

  /** The live conductors, at most a second old. */
  live(reader?: Reader): Promise<LiveConductor[]> {
    return this.conductors.get(reader);
  }

  /** Lets the next look go to the database. */
  forget(): void {
    this.conductors.forget();
    this.secrets.forget();
  }

  /** The types that any live conductor serves, with the hosts of each, by name. */
  async all(): Promise<{ type: HardwareTypeAnnouncement; hosts: string[] }[]> {
    const byName = new Map<string, { type: HardwareTypeAnnouncement; hosts: string[] }>();
    for (const conductor of await this.live())
      for (const type of conductor.hardware_types) {
        const known = byName.get(type.name);
        if (known === undefined) byName.set(type.name, { type, hosts: [conductor.hostname] });
        else known.hosts.push(conductor.hostname);
      }
    return [...byName.values()].sort((a, b) => (a.type.name < b.type.name ? -1 : 1));
  }

  /**
   * The type as a conductor of the group serves it.
   *
   * @throws `invalid` when no live conductor of the group serves it
   */
  async require(driver: string, group: string, reader?: Reader): Promise<HardwareTypeAnnouncement> {
    for (const attempt of ['cached', 'fresh']) {
      if (attempt === 'fresh') this.forget();
      for (const conductor of await this.live(reader)) {
        const type = conductor.hardware_types.find((candidate) => candidate.name === driver);
        if (type !== undefined && conductor.conductor_group === group) return type;
      }
    }
    throw new BessemerError(
      'invalid',
      `No valid host was found. Reason: No conductor service registered which supports driver ${driver} for conductor group "${group}".`,
      { field: 'driver' },
    );
  }

  /**
   * Which names are secret: those that any implementation has declared, whether or not a conductor is alive that has it,
   * and those that look it.
   */
  async declaredSecrets(reader?: Reader): Promise<(name: string) => boolean> {
    const names = await this.secrets.get(reader);
    return (name) => names.has(name) || looksSecret(name);
  }
}

function unknownInterface(kind: InterfaceKind, name: string, enabled: readonly string[]): BessemerError {
  return new BessemerError(
    'invalid',
    `Could not find the ${kind} interface ${name}. Valid interfaces are [${enabled.map((item) => `'${item}'`).join(', ')}].`,
    { field: fieldOf(kind) },
  );
}

/**
 * A node's interfaces for a hardware type: the given ones where the type takes them, the type's default where
 * none is given.
 *
 * @throws `invalid` for an interface that the type does not have
 */
export function chooseInterfaces(type: HardwareTypeAnnouncement, given: InterfaceChoice): InterfaceChoice {
  const chosen: InterfaceChoice = { ...noInterfaces };
  for (const kind of interfaceKinds) {
    const offered = type.interfaces.find((candidate) => candidate.kind === kind);
    const wanted = given[fieldOf(kind)] ?? null;
    if (wanted !== null && offered?.accepted.includes(wanted) !== true)
      throw unknownInterface(kind, wanted, offered?.accepted ?? []);
    chosen[fieldOf(kind)] = wanted ?? offered?.default ?? null;
  }
  return chosen;
}
