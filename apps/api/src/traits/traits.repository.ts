import type { Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import { shorten } from '../records/values.js';
import { isStandardTrait } from './standard-traits.js';

const maximumTraits = 50;
const customTrait = /^CUSTOM_[A-Z0-9_]+$/;
const maximumLength = 255;

/** Whether the value is a custom or a standard trait. */
export const isTrait = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= maximumLength && (customTrait.test(value) || isStandardTrait(value));

/** Throws `invalid` for a trait that is neither a custom nor a standard one. */
export function requireTraits(traits: readonly unknown[]): asserts traits is readonly string[] {
  for (const trait of traits) {
    if (!isTrait(trait))
      throw new BessemerError(
        'invalid',
        `'${shorten(trait)}' is no trait: neither a standard one nor CUSTOM_ followed by A-Z, 0-9 and _.`,
        { field: 'traits' },
      );
  }
}

/** Statements on the traits of nodes. */
@Injectable()
export class TraitsRepository {
  async replace(tx: Transaction, node: string, traits: readonly string[]): Promise<void> {
    await tx.query('DELETE FROM node_traits WHERE node_uuid = $1', [node]);
    await this.add(tx, node, traits);
  }

  /** Adds traits; the ones that are there stay. Throws `invalid` beyond fifty. */
  async add(tx: Transaction, node: string, traits: readonly string[]): Promise<void> {
    await tx.query('INSERT INTO node_traits (node_uuid, trait) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING', [
      node,
      [...new Set(traits)],
    ]);
    const [row] = await tx.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM node_traits WHERE node_uuid = $1',
      [node],
    );
    if (row !== undefined && row.count > maximumTraits)
      throw new BessemerError(
        'invalid',
        `Could not modify traits for node ${node} as it would exceed the maximum number of traits per node (${row.count} vs. ${maximumTraits})`,
        { field: 'traits' },
      );
  }

  /** Removes traits and returns the ones that were there. */
  async remove(tx: Transaction, node: string, traits: readonly string[]): Promise<string[]> {
    const rows = await tx.query<{ trait: string }>(
      'DELETE FROM node_traits WHERE node_uuid = $1 AND trait = ANY($2::text[]) RETURNING trait',
      [node, [...traits]],
    );
    return rows.map((row) => row.trait);
  }

  async clear(tx: Transaction, node: string): Promise<void> {
    await tx.query('DELETE FROM node_traits WHERE node_uuid = $1', [node]);
  }
}
