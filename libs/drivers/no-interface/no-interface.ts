import type { InterfaceKind, JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { CallContext } from '../core/context.js';
import type {
  BiosInterface,
  ConsoleInterface,
  FirmwareInterface,
  Implementation,
  InspectInterface,
  RaidInterface,
  RescueInterface,
  VendorInterface,
} from '../core/interfaces.js';
import type { StepOutcome } from '../core/outcome.js';

/**
 * The answer of a `no-…` implementation.
 * @param what the interface or the method that is not there
 */
export function unsupported(context: CallContext, what: string): BessemerError {
  return new BessemerError(
    'unsupported',
    `Driver ${context.node.driver} does not support ${what} (disabled or not implemented).`,
  );
}

/** An interface that a machine does not have: it refuses everything, politely. */
abstract class NoInterface<Kind extends InterfaceKind> implements Implementation {
  abstract readonly kind: Kind;
  readonly properties = [];
  readonly steps = [];

  get name(): string {
    return `no-${this.kind}`;
  }

  async validate(context: CallContext): Promise<void> {
    throw unsupported(context, this.kind);
  }
}

/** `no-bios`. */
export class NoBios extends NoInterface<'bios'> implements BiosInterface {
  readonly kind = 'bios';
}

/** `no-firmware`. */
export class NoFirmware extends NoInterface<'firmware'> implements FirmwareInterface {
  readonly kind = 'firmware';
}

/** `no-raid`. */
export class NoRaid extends NoInterface<'raid'> implements RaidInterface {
  readonly kind = 'raid';
  readonly logicalDiskProperties = {};
}

/** `no-console`. */
export class NoConsole extends NoInterface<'console'> implements ConsoleInterface {
  readonly kind = 'console';

  async getConsole(context: CallContext): Promise<JsonObject> {
    throw unsupported(context, 'console');
  }
}

/** `no-inspect`. */
export class NoInspect extends NoInterface<'inspect'> implements InspectInterface {
  readonly kind = 'inspect';

  async inspect(context: CallContext): Promise<StepOutcome> {
    throw unsupported(context, 'inspect');
  }

  async abort(context: CallContext): Promise<StepOutcome> {
    throw unsupported(context, 'inspect');
  }
}

/** `no-rescue`. */
export class NoRescue extends NoInterface<'rescue'> implements RescueInterface {
  readonly kind = 'rescue';

  async rescue(context: CallContext): Promise<StepOutcome> {
    throw unsupported(context, 'rescue');
  }

  async unrescue(context: CallContext): Promise<StepOutcome> {
    throw unsupported(context, 'rescue');
  }

  async cleanUp(context: CallContext): Promise<StepOutcome> {
    throw unsupported(context, 'rescue');
  }
}

/** `no-vendor`. */
export class NoVendor extends NoInterface<'vendor'> implements VendorInterface {
  readonly kind = 'vendor';
  readonly methods = {};

  async call(context: CallContext): Promise<unknown> {
    throw unsupported(context, 'vendor');
  }
}
