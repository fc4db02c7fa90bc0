import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type Json, type JsonObject } from '@bessemer/contracts';
import type { Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import {
  type IsSecret,
  isSealed,
  mask,
  maskSecrets,
  type SealContext,
  type Sealed,
  type SealingPublicKey,
  sealSecrets,
  sealValue,
} from '@bessemer/secrets';
import { Inject, Injectable } from '@nestjs/common';
import { HardwareTypes } from '../drivers/hardware-types.js';

/** The key to which secrets are sealed (the injection token of it). */
export const SEALING_KEY = Symbol('SEALING_KEY');

/** The fields of a node that may hold secrets. */
export const secretFields = ['driver_info', 'instance_info'] as const;

/** Besides declarations and looks: what an instance keeps from everyone but its machine. */
const instanceSecrets = new Set(['configdrive', 'image_pull_secret', 'image_url']);
const longestSecret = 64 * 1024;

/** A secret travels in each command of its node, so that it cannot be of any length. */
function requireShort(value: unknown, field: string): void {
  if (value === null || isSealed(value)) return;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.length > longestSecret)
    throw new BessemerError('invalid', `${field} is longer than ${longestSecret} characters.`, {
      field,
      remedy: 'A config drive may be given with the provisioning verb instead.',
    });
}

/** Members of what stands for a config drive that is kept elsewhere. */
const referenceMembers = ['ref', 'sha256', 'size'];
const isReference = (value: unknown): boolean =>
  isJsonObject(value) && referenceMembers.every((name) => Object.hasOwn(value, name));

/**
 * Whether the config drive stays the reference that the record holds.
 *
 * @throws `invalid` for any other value with members of a reference: where a config drive is kept is no client's affair
 */
function staysReference(configDrive: Json | undefined, stored: Json | undefined): boolean {
  if (!isJsonObject(configDrive) || !referenceMembers.some((name) => Object.hasOwn(configDrive, name))) return false;
  if (isReference(stored) && isDeepStrictEqual(configDrive, stored)) return true;
  throw new BessemerError('invalid', `A config drive holds none of ${referenceMembers.join(', ')}.`, {
    field: 'instance_info/configdrive',
    remedy: 'Give the config drive as a whole, as a text or an object of its parts.',
  });
}

/**
 * The stored items that the items of a list stand for: the one that is shown as it was sent, at its place or elsewhere,
 * since items move when others are taken out; else the one at its place, in a list of as many items of which none was
 * sent as that one is shown.
 */
function itemsBehind(items: readonly Json[], stored: readonly Json[]): (Json | undefined)[] {
  const shown = stored.map((item) => maskSecrets(item, () => false));
  const places = items.map((item, index) =>
    isDeepStrictEqual(item, shown[index]) ? index : shown.findIndex((other) => isDeepStrictEqual(item, other)),
  );
  const mayBeChanged = (index: number): boolean => items.length === stored.length && !places.includes(index);
  return places.map((place, index) =>
    place === -1 && !mayBeChanged(index) ? undefined : stored[place === -1 ? index : place],
  );
}

const holdsMask = (value: unknown): boolean =>
  value === mask || (typeof value === 'object' && value !== null && Object.values(value).some(holdsMask));

/** Another item's secret would go to whom this one names. */
function keepMaskedItem(item: Json, stored: Json | undefined): unknown {
  if (stored === undefined && holdsMask(item))
    throw new BessemerError(
      'invalid',
      'It cannot be told which secret a masked one stands for in a list that is changed.',
      {
        remedy: 'Give the secret itself, or change one item of the list at a time.',
      },
    );
  return keepMasked(item, stored);
}

/**
 * What a client may send back for a secret that it was shown masked: the stored one stays.
 *
 * @throws `invalid` when the items of a list have changed so that it cannot be told whose secret is meant
 */
export function keepMasked(value: unknown, stored: unknown): unknown {
  if (value === mask && (isSealed(stored) || isReference(stored))) return stored;
  if (Array.isArray(value) && Array.isArray(stored)) {
    const behind = itemsBehind(value, stored);
    return value.map((item, index) => keepMaskedItem(item, behind[index]));
  }
  if (!isJsonObject(value) || isSealed(value) || !isJsonObject(stored)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, keepMasked(inner, stored[name])]));
}

/** Seals the secrets of nodes before they are stored; only a conductor opens them again. */
@Injectable()
export class NodeSecrets {
  constructor(
    private readonly types: HardwareTypes,
    @Inject(SEALING_KEY) private readonly key: SealingPublicKey,
  ) {}

  /**
   * The values with every secret sealed, by declaration of the drivers and by the look of its name.
   *
   * @param stored the fields as they are in the record, for secrets that a client sends back masked; a value that is the record's own
   *   is sealed already
   * @param reader the transaction in which it is asked for, if it is in one
   */
  async seal<T extends Record<string, unknown>>(
    node: string,
    values: T,
    stored: Partial<Record<(typeof secretFields)[number], JsonObject>> = {},
    reader?: Pick<Transaction, 'query'>,
  ): Promise<T> {
    const isDeclared = await this.types.declaredSecrets(reader);
    const isSecret = (name: string): boolean => isDeclared(name) || instanceSecrets.has(name);
    const sealed: Record<string, unknown> = { ...values };
    for (const field of secretFields)
      if (sealed[field] !== undefined && sealed[field] !== stored[field])
        sealed[field] = this.sealField(
          { node, field },
          keepMasked(sealed[field], stored[field]),
          stored[field],
          isSecret,
        );
    return sealed as T;
  }

  private sealField(context: SealContext, value: unknown, stored: JsonObject | undefined, isSecret: IsSecret): unknown {
    if (!isJsonObject(value)) return sealSecrets(value, this.key, context, isSecret);
    const { configdrive, ...others } = value;
    const isKeptElsewhere = context.field === 'instance_info' && staysReference(configdrive, stored?.['configdrive']);
    const own = isKeptElsewhere ? others : value;
    for (const [name, secret] of Object.entries(own))
      if (isSecret(name)) requireShort(secret, `${context.field}/${name}`);
    const sealed = sealSecrets(own, this.key, context, isSecret);
    return isKeptElsewhere ? { ...sealed, configdrive } : sealed;
  }

  /** One value sealed under its path, for example `arguments.rescue_password`. */
  sealOne(node: string, field: string, value: unknown): Sealed {
    return sealValue(this.key, value, { node, field });
  }
}
