import type { SnapshotRow } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { isProvisionState, isUnderInspection } from '@bessemer/lifecycle';
import { NodeCopies } from '@bessemer/node-copy';
import { Injectable } from '@nestjs/common';
import { MachinesRepository } from '../machines/machines.repository.js';
import { describeEvidence, type Evidence } from './evidence.js';
import { type Match, matchMachine } from './match.js';

/** How often a failing look-up may have the copy compared with its owner. */
const refreshEveryMs = 2000;

/** Says which machine inspection data is of. */
@Injectable()
export class LookupService {
  private refreshedAt = 0;

  constructor(
    private readonly machines: MachinesRepository,
    private readonly copies: NodeCopies,
  ) {}

  /**
   * The machine that the evidence speaks for and that waits for inspection. When there is none the copy is compared
   * with its owner first, since a machine may call back before the event of its wait has come here.
   *
   * @throws `not-found` for no such machine (whatever the reason, since anybody may call back), `conflict` when the
   *   evidence speaks for several
   */
  async find(evidence: Evidence): Promise<SnapshotRow> {
    const first = await this.match(evidence);
    const result = first.match.kind === 'found' || !(await this.refresh()) ? first : await this.match(evidence);
    const { match, rows } = result;
    if (match.kind === 'found') {
      const row = rows.find((candidate) => candidate.uuid === match.uuid);
      if (row) return row;
    }
    if (match.kind === 'conflict')
      throw new BessemerError(
        'conflict',
        `Multiple nodes match ${describeEvidence(evidence)}: ${match.uuids.join(', ')}; ${match.reason}.`,
        { remedy: 'Correct the ports or the BMC addresses of these nodes.' },
      );
    throw new BessemerError('not-found', `Could not find a node for ${describeEvidence(evidence)}.`, {
      remedy: 'Enrol the machine, and start its inspection before it calls back.',
    });
  }

  private async match(evidence: Evidence): Promise<{ match: Match; rows: SnapshotRow[] }> {
    const rows = await this.machines.sharing(evidence);
    const candidates = rows.map((row) => ({
      uuid: row.uuid,
      macs: row.macs.map((mac) => mac.toLowerCase()),
      bmcAddresses: row.bmc_addresses,
      serial: row.serial ?? null,
      isWaiting: awaitsData(row),
    }));
    return { match: matchMachine(evidence, candidates), rows };
  }

  private async refresh(): Promise<boolean> {
    const now = performance.now();
    if (this.refreshedAt !== 0 && now - this.refreshedAt < refreshEveryMs) return false;
    this.refreshedAt = now;
    try {
      await this.copies.refresh();
      return true;
    } catch (error) {
      if (error instanceof BessemerError) return false;
      throw error;
    }
  }
}

/** A task inspects the machine; it may call back before the task has come to wait for it. */
function awaitsData(row: SnapshotRow): boolean {
  const { provision_state: state, task } = row;
  return task !== null && task !== undefined && isProvisionState(state) && isUnderInspection(state);
}
