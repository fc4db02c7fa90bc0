import type { ConductorAnnouncement, HardwareTypeAnnouncement } from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import { Conditions, type ListSource, type Page, type PageRequest, readList } from '../records/page.js';
import type { Selection } from '../records/selection.js';
import { renderRecord } from '../records/sql.js';
import { conductorFields } from '../versions/conductor-fields.js';
import { conductorAliveFor } from '../versions/node-fields.js';

/** The list of conductors. */
export const conductorList: ListSource = {
  table: 'conductors',
  plural: 'conductors',
  fields: conductorFields,
  noun: 'Conductor',
  markerColumn: 'hostname',
};

/** A conductor that is alive. */
export interface LiveConductor {
  readonly hostname: string;
  readonly conductor_group: string;
  readonly hardware_types: HardwareTypeAnnouncement[];
}

type Reader = Pick<Transaction, 'query'>;

/** Statements on conductors as they have announced themselves. */
@Injectable()
export class ConductorsRepository {
  constructor(private readonly database: Database) {}

  /** @param at when the announcement was made */
  async announce(tx: Transaction, announcement: ConductorAnnouncement, at: Date): Promise<void> {
    const { hostname, conductor_group, online, hardware_types } = announcement;
    const drivers = hardware_types.map((type) => type.name).sort();
    await tx.query(
      `INSERT INTO conductors (hostname, conductor_group, online, drivers, hardware_types, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (hostname) DO UPDATE SET conductor_group = $2, online = $3, drivers = $4, hardware_types = $5,
         updated_at = $6 WHERE conductors.updated_at <= $6`,
      [hostname, conductor_group, online, JSON.stringify(drivers), JSON.stringify(hardware_types), at],
    );
    await this.rememberSecrets(tx, hardware_types);
  }

  /** The names that any conductor has ever declared secret. */
  async declaredSecrets(reader: Reader = this.database): Promise<string[]> {
    return (await reader.query<{ name: string }>('SELECT name FROM declared_secrets')).map(({ name }) => name);
  }

  /** Every conductor that announced itself within the last minute. */
  live(reader: Reader = this.database): Promise<LiveConductor[]> {
    return reader.query<LiveConductor>(
      `SELECT hostname, conductor_group, hardware_types FROM conductors
       WHERE online AND updated_at > now() - ${conductorAliveFor} ORDER BY hostname`,
    );
  }

  list(selection: Selection, page: PageRequest, base: string, minor: number): Promise<Page> {
    return readList(this.database, conductorList, selection, page, new Conditions(base), minor);
  }

  async render(hostname: string, selection: Selection, base: string, minor: number): Promise<string> {
    const [row] = await this.database.query<{ item: string }>(
      `SELECT ${renderRecord(selection, { minor })} AS item, $1::text AS base FROM conductors r WHERE r.hostname = $2`,
      [base, hostname],
    );
    if (row === undefined) throw new BessemerError('not-found', `Conductor ${hostname} could not be found.`);
    return row.item;
  }

  private async rememberSecrets(tx: Transaction, types: readonly HardwareTypeAnnouncement[]): Promise<void> {
    const declared = types.flatMap(({ properties }) => properties.filter(({ secret }) => secret));
    // In one order, so that conductors that announce the same names at once do not wait for each other in a circle.
    await tx.query(
      `INSERT INTO declared_secrets (name) SELECT name FROM unnest($1::text[]) AS name ORDER BY name
       ON CONFLICT (name) DO NOTHING`,
      [[...new Set(declared.map(({ name }) => name))]],
    );
  }
}
