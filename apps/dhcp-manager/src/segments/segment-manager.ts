import type { Outbox } from '@bessemer/bus';
import { eventSubject, PolicyApplied } from '@bessemer/contracts';
import type { Database, Transaction } from '@bessemer/database';
import { toBessemerError } from '@bessemer/errors';
import type { Logger } from '@bessemer/telemetry';
import { policyChannel } from '../admissions/admissions.repository.js';
import type { HostsFolder } from '../dnsmasq/hosts-folder.js';
import { LogFollower } from '../dnsmasq/log-follower.js';
import { LogReader } from '../dnsmasq/log-reader.js';
import type { DesiredEntry, Progress, SegmentsRepository } from './segments.repository.js';

/** What one segment is managed with. */
export interface SegmentManagerOptions {
  name: string;
  /** Null: DHCP is off. */
  hosts: HostsFolder | null;
  /** Path of dnsmasq's log; null: a written file counts as taken. */
  log: string | null;
  database: Database;
  segments: SegmentsRepository;
  outbox: Outbox;
  logger: Logger;
  sweepMs: number;
}

/** After how long a file that dnsmasq has not read is written again, in ms. */
const writeAgainMs = 2000;
/** More addresses than this would not fit into an event. */
const longestList = 5000;

/**
 * Keeps one segment's files as the policy wants them and reports what is in place: woken by every change within
 * milliseconds, and by a sweep that compares each file's content.
 */
export class SegmentManager {
  private readonly reader: LogReader;
  private readonly follower: LogFollower | null;
  /** Files that are being written, by address. */
  private readonly writing = new Map<string, Promise<void>>();
  private unlisten: () => void = () => undefined;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private next: 'all' | 'missing' | undefined;
  private stopped = false;
  private problem: { reason: string; since: Date } | null = null;

  constructor(private readonly options: SegmentManagerOptions) {
    this.reader = new LogReader((mac, generation) => this.onRead(mac, generation));
    this.follower = options.hosts === null || options.log === null ? null : new LogFollower(options.log, this.reader);
  }

  /** Compares everything once, then goes on in the background. */
  async start(): Promise<void> {
    const { hosts, segments, name, database } = this.options;
    await hosts?.prepare();
    await segments.register(name, this.follower !== null);
    await this.follower?.start();
    this.unlisten = await database.listen(policyChannel, (payload) => {
      // The payload names a segment that has reported, which is nothing to do for.
      if (payload === '') void this.work('missing');
    });
    await this.work('all');
    this.schedule();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    this.unlisten();
    await this.running;
    await this.follower?.stop();
  }

  /** Why the segment cannot be kept as it should be, and since when. */
  state(): { name: string; mode: 'confirmed' | 'files' | 'off'; problem: { reason: string; since: Date } | null } {
    const mode = this.options.hosts === null ? 'off' : this.follower === null ? 'files' : 'confirmed';
    return { name: this.options.name, mode, problem: this.problem };
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.work('all').then(() => this.schedule()), this.options.sweepMs);
    this.timer.unref();
  }

  /** Runs now, or once more after the run that is under way. */
  private work(which: 'all' | 'missing'): Promise<void> {
    this.next = which === 'all' || this.next === 'all' ? 'all' : 'missing';
    this.running ??= this.runUntilDone().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async runUntilDone(): Promise<void> {
    while (this.next !== undefined && !this.stopped) {
      const which = this.next;
      this.next = undefined;
      try {
        await this.run(which);
        this.problem = null;
      } catch (error) {
        const reason = toBessemerError(error).message;
        if (this.problem?.reason !== reason) this.options.logger.error({ err: error }, 'segment cannot be kept');
        this.problem = { reason, since: this.problem?.since ?? new Date() };
      }
    }
  }

  private async run(which: 'all' | 'missing'): Promise<void> {
    const { hosts, segments, name } = this.options;
    await this.follower?.catchUp();
    if (hosts !== null) {
      // Listed before the policy is read: a file that another manager writes meanwhile is no stranger.
      const present = which === 'all' ? await hosts.macs() : [];
      const desired = await segments.desired(name, which);
      for (const entry of desired) await this.keep(hosts, entry);
      const known = new Set(desired.map((entry) => entry.mac));
      await this.refuseStrangers(
        hosts,
        present.filter((mac) => !known.has(mac)),
      );
    }
    await this.report();
  }

  private async keep(hosts: HostsFolder, entry: DesiredEntry): Promise<void> {
    const { segments, name } = this.options;
    const { mac, allowed } = entry;
    const isWritten = entry.writtenAllowed === allowed && (await hosts.read(mac)) === (allowed ? 'allow' : 'ignore');
    if (isWritten && entry.isTaken) return;
    if (isWritten && this.follower !== null && entry.age !== null && entry.age < writeAgainMs) return;
    let written: number | undefined;
    const writing = segments.write(name, entry, async (generation) => {
      if (this.follower !== null) this.reader.expect(mac, generation, await this.follower.position());
      await hosts.write(mac, allowed);
      written = generation;
    });
    this.writing.set(mac, writing);
    await writing.finally(() => this.writing.delete(mac));
    if (this.follower === null && written !== undefined) await segments.taken(name, mac, written);
  }

  /** Files of addresses that the policy does not know let nobody in, and go once they are harmless. */
  private async refuseStrangers(hosts: HostsFolder, strangers: readonly string[]): Promise<void> {
    for (const mac of strangers) {
      if ((await hosts.read(mac)) === 'ignore') await hosts.remove(mac);
      else await hosts.write(mac, false);
    }
  }

  private onRead(mac: string, generation: number): void {
    const { segments, name, logger } = this.options;
    // dnsmasq may be faster than the commit that tells of the file.
    Promise.allSettled([this.writing.get(mac)])
      .then(() => segments.taken(name, mac, generation))
      .then(() => this.work('missing'))
      .catch((error: unknown) => logger.warn({ err: error, mac }, 'what dnsmasq has read is not recorded yet'));
  }

  private async report(): Promise<void> {
    const { segments, name, hosts } = this.options;
    const confirmed = this.follower !== null;
    await segments.transaction(async (tx) => {
      const progress = await segments.progress(tx, name);
      const { policy, missing } = hosts === null ? { policy: progress.head, missing: null } : progress;
      const report = { name, policy, confirmed, reason: this.reasonOf(missing), waiting_since: missing?.since ?? null };
      if (await segments.report(tx, report)) await this.publish(tx, policy, confirmed);
    });
  }

  private reasonOf(missing: Progress['missing']): string | null {
    if (this.options.hosts === null) return 'DHCP is off: no hostsdir is configured';
    if (missing === null) return null;
    return this.follower === null
      ? `the file of ${missing.mac} is not written`
      : `dnsmasq has not told in its log that it read the file of ${missing.mac}`;
  }

  private async publish(tx: Transaction, policy: number, confirmed: boolean): Promise<void> {
    const { segments, name, outbox, logger } = this.options;
    const admitted = await segments.admittedAt(tx, name, longestList);
    const data: PolicyApplied = Object.assign(new PolicyApplied(), {
      segment: name,
      policy,
      admitted,
      confirmed,
      at: new Date().toISOString(),
    });
    await outbox.add(tx, {
      stream: 'EVENTS',
      subject: eventSubject('dhcp', 'policy', name, 'applied'),
      type: 'bessemer.policy.applied',
      aggregate: name,
      data,
    });
    logger.info({ segment: name, policy, admitted: admitted.length, confirmed }, 'policy is in place');
  }
}
