import { type AdmissionAnswer, type AdmitQuestion, parseMacAddress, type RefuseQuestion } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { Logger } from '@bessemer/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { SegmentWatch } from '../segments/segment-watch.js';
import { AdmissionsRepository } from './admissions.repository.js';

/** What the service needs to know of its surroundings. */
export interface AdmissionsOptions {
  answerWaitMs: number;
  clockMarginMs: number;
  logger: Logger;
}

/** The token under which {@link AdmissionsOptions} are injected. */
export const admissionsOptions = Symbol('AdmissionsOptions');

/** Decides which MAC address may boot from the network, by a numbered policy, and tells when it is in place. */
@Injectable()
export class AdmissionsService {
  constructor(
    private readonly admissions: AdmissionsRepository,
    private readonly segments: SegmentWatch,
    @Inject(admissionsOptions) private readonly options: AdmissionsOptions,
  ) {}

  /**
   * Lets the MAC addresses of a node boot for a task; addresses that the node had admitted otherwise are refused. Asked
   * again, it gives no new number.
   *
   * @throws `invalid` for a malformed address
   */
  async admit({ node, task, macs }: AdmitQuestion): Promise<AdmissionAnswer> {
    const wanted = [...new Set(macs.map((mac) => parseMacAddress(mac, 'macs')))].sort();
    if (wanted.length === 0) throw new BessemerError('invalid', 'No MAC address is named.', { field: 'macs' });
    const policy = await this.admissions.change(async (tx) => {
      const present = await this.admissions.admitted(tx, node);
      const isSame =
        present.length === wanted.length &&
        wanted.every((mac, index) => present[index]?.mac === mac && present[index]?.task === task);
      if (isSame) return Math.max(...present.map((row) => row.policy));
      const number = await this.admissions.nextNumber(tx);
      const others = present.map((row) => row.mac).filter((mac) => !wanted.some((item) => item === mac));
      await this.admissions.forbid(tx, others, number, 'replaced by another admission of the node');
      await this.admissions.allow(tx, { node, task, macs: wanted, policy: number });
      this.options.logger.info({ node, task, macs: wanted, policy: number }, 'network boot is admitted');
      return number;
    });
    return this.segments.whenInPlace(policy, this.options.answerWaitMs);
  }

  /** Takes the admission of a task back. One that is another task's, or none, stays as it is. */
  async refuse({ node, task }: RefuseQuestion): Promise<AdmissionAnswer> {
    const policy = await this.admissions.change(async (tx) => {
      const present = await this.admissions.admitted(tx, node);
      const macs = present.filter((row) => row.task === task).map((row) => row.mac);
      if (macs.length === 0) return null;
      const number = await this.admissions.nextNumber(tx);
      await this.admissions.forbid(tx, macs, number, 'the task has taken it back');
      this.options.logger.info({ node, task, macs, policy: number }, 'network boot is refused');
      return number;
    });
    return this.segments.whenInPlace(policy ?? (await this.admissions.head()), this.options.answerWaitMs);
  }

  /** Takes back what was admitted for tasks that are gone, and forgets old refusals. */
  async sweep(): Promise<void> {
    await this.admissions.change(async (tx) => {
      const orphans = await this.admissions.orphans(tx, this.options.clockMarginMs);
      if (orphans.length === 0) return;
      const number = await this.admissions.nextNumber(tx);
      await this.admissions.forbid(
        tx,
        orphans.map((orphan) => orphan.mac),
        number,
        'the task is no longer the one of the node',
      );
      this.options.logger.info({ orphans, policy: number }, 'network boot of tasks that are gone is refused');
    });
    await this.admissions.forgetOldRefusals();
  }
}
