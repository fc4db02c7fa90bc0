import {
  type HardwareTypeAnnouncement,
  type InterfaceField,
  type InterfaceKind,
  interfaceKinds,
  type NodeRecord,
  type PropertyDeclaration,
} from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { readText } from '../core/driver-info.js';
import type { HardwareType, HardwareTypeDeclaration } from '../core/hardware-type.js';
import type { Implementation, Interfaces } from '../core/interfaces.js';
import { logicalDiskProperties } from '../core/logical-disk.js';
import { type Catalogue, type CatalogueOptions, createCatalogue } from './catalogue.js';
import { fakeHardware } from './fake-hardware.js';
import { ipmi } from './ipmi.js';
import { manualManagement } from './manual-management.js';
import { redfish } from './redfish.js';

const declarations: readonly HardwareTypeDeclaration[] = [fakeHardware, ipmi, manualManagement, redfish];

/** Enabled, though not shown among the enabled ones: newer or older names that nodes may bear all the same. */
const quietlyAccepted: Partial<Record<InterfaceKind, readonly string[]>> = { inspect: ['agent'], network: ['flat'] };

/** What a conductor enables. */
export interface HardwareTypesOptions extends CatalogueOptions {
  /** Names of hardware types, for example `['fake-hardware', 'ipmi']`. */
  enabled: readonly string[];
  /** Default implementations by kind, where the type's own preference is not wanted and the type allows it. */
  defaults?: Partial<Record<InterfaceKind, string>>;
}

/** The fields of a node that name its implementations. */
export type NodeInterfaces = Pick<NodeRecord, 'driver'> & Partial<Pick<NodeRecord, 'instance_info' | InterfaceField>>;

/** The hardware types that a conductor serves, with their implementations. */
export class HardwareTypes {
  private readonly types: ReadonlyMap<string, HardwareTypeDeclaration>;

  /**
   * @param enabled declarations of the enabled types
   * @param catalogue all implementations
   * @param defaults default implementations by kind, used where a type allows them
   */
  constructor(
    enabled: readonly HardwareTypeDeclaration[],
    private readonly catalogue: Catalogue,
    private readonly defaults: Partial<Record<InterfaceKind, string>> = {},
  ) {
    this.types = new Map(enabled.map((type) => [type.name, type]));
  }

  /** Names of the enabled types. */
  get names(): string[] {
    return [...this.types.keys()];
  }

  /** What the conductor says of its types. `details` is ready to be shown; see {@link HardwareTypeDetails}. */
  announcements(): HardwareTypeAnnouncement[] {
    return [...this.types.values()].map((type) => ({
      name: type.name,
      interfaces: interfaceKinds.map((kind) => ({
        kind,
        enabled: this.shown(type, kind),
        accepted: this.accepted(type, kind),
        default: this.defaultOf(type, kind),
      })),
      properties: this.properties(type.name),
      details: { ...this.details(type) },
    }));
  }

  /**
   * Properties of the type's default implementations, each once.
   * @throws `invalid` for a type that is not enabled
   */
  properties(name: string): PropertyDeclaration[] {
    const type = this.type(name);
    const all = interfaceKinds.flatMap((kind) => this.find(kind, this.defaultOf(type, kind))?.properties ?? []);
    return [...new Map(all.map((property) => [property.name, property])).values()];
  }

  /**
   * The type with the implementations that the node names, or the defaults where it names none.
   * @throws `invalid`, naming the interface and the valid ones
   */
  resolve(node: NodeInterfaces): HardwareType {
    const type = this.type(node.driver);
    const pick = <Kind extends InterfaceKind>(kind: Kind) => this.pick(type, kind, node);
    return {
      name: type.name,
      interfaces: {
        bios: pick('bios'),
        boot: pick('boot'),
        console: pick('console'),
        deploy: pick('deploy'),
        firmware: pick('firmware'),
        inspect: pick('inspect'),
        management: pick('management'),
        network: pick('network'),
        power: pick('power'),
        raid: pick('raid'),
        rescue: pick('rescue'),
        storage: pick('storage'),
        vendor: pick('vendor'),
      },
    };
  }

  /**
   * Ends what the implementations keep open; each is asked, whatever becomes of the others.
   * @returns what could not be ended
   */
  async stop(): Promise<unknown[]> {
    const all: Implementation[] = Object.values(this.catalogue).flat();
    const outcomes = await Promise.allSettled(all.map((implementation) => implementation.stop?.()));
    return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  }

  private type(name: string): HardwareTypeDeclaration {
    const type = this.types.get(name);
    if (type) return type;
    throw new BessemerError('invalid', `The driver ${name} is not enabled on this conductor.`, {
      field: 'driver',
      remedy: `Enabled drivers: ${this.names.join(', ')}.`,
    });
  }

  private pick<Kind extends InterfaceKind>(
    type: HardwareTypeDeclaration,
    kind: Kind,
    node: NodeInterfaces,
  ): Interfaces[Kind] {
    const field: InterfaceField = `${kind}_interface`;
    const name = readText(node.instance_info ?? {}, field) ?? node[field] ?? this.defaultOf(type, kind);
    const accepted = this.accepted(type, kind);
    const found = accepted.includes(name) ? this.find(kind, name) : undefined;
    if (found) return found;
    const message = this.find(kind, name)
      ? `${kind} interface implementation '${name}' is not supported by hardware type ${type.name}.`
      : `Could not find the ${kind} interface '${name}'. Valid interfaces are ${accepted.join(', ')}.`;
    throw new BessemerError('invalid', message, { field, remedy: `Valid interfaces are ${accepted.join(', ')}.` });
  }

  private find<Kind extends InterfaceKind>(kind: Kind, name: string): Interfaces[Kind] | undefined {
    return this.catalogue[kind].find((implementation: Implementation) => implementation.name === name);
  }

  private shown(type: HardwareTypeDeclaration, kind: InterfaceKind): string[] {
    const quiet = quietlyAccepted[kind] ?? [];
    return type.interfaces[kind].filter((name) => !quiet.includes(name));
  }

  private accepted(type: HardwareTypeDeclaration, kind: InterfaceKind): string[] {
    if (type !== fakeHardware) return [...type.interfaces[kind]];
    return this.catalogue[kind].map((implementation: Implementation) => implementation.name);
  }

  private defaultOf(type: HardwareTypeDeclaration, kind: InterfaceKind): string {
    const wanted = this.defaults[kind];
    if (wanted !== undefined && type.interfaces[kind].includes(wanted)) return wanted;
    const [first] = type.interfaces[kind];
    if (first !== undefined) return first;
    throw new BessemerError('internal', `Hardware type ${type.name} has no ${kind} interface.`);
  }

  private details(type: HardwareTypeDeclaration): HardwareTypeDetails {
    return {
      driver_vendor_methods: {},
      node_vendor_methods: Object.fromEntries(
        this.accepted(type, 'vendor').map((name) => [name, this.find('vendor', name)?.methods ?? {}]),
      ),
      raid_logical_disk_properties: logicalDiskProperties,
    };
  }
}

/** `details` of a type's announcement. */
export interface HardwareTypeDetails {
  /** Passthru methods of the driver itself. */
  driver_vendor_methods: Record<string, unknown>;
  /** Passthru methods of a node, by the name of its vendor interface. */
  node_vendor_methods: Record<string, unknown>;
  /** Properties of a logical disk, with help. */
  raid_logical_disk_properties: Record<string, string>;
}

/**
 * The enabled hardware types with one object of each implementation.
 * @throws `invalid` for a name that no type has
 */
export function createHardwareTypes(options: HardwareTypesOptions): HardwareTypes {
  const enabled = options.enabled.map((name) => {
    const type = declarations.find((declaration) => declaration.name === name);
    if (type) return type;
    throw new BessemerError('invalid', `There is no hardware type ${name}.`, {
      field: 'BESSEMER_HARDWARE_TYPES',
      remedy: `Hardware types: ${declarations.map((declaration) => declaration.name).join(', ')}.`,
    });
  });
  return new HardwareTypes(enabled, createCatalogue(options), options.defaults);
}
