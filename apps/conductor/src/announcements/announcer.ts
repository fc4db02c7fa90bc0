import type { Outbox } from '@bessemer/bus';
import { ConductorAnnouncement, eventSubject } from '@bessemer/contracts';
import type { Database } from '@bessemer/database';
import type { SealingPublicKey } from '@bessemer/secrets';
import type { Logger } from '@bessemer/telemetry';
import type { HardwareCatalogue } from '../hardware/hardware-catalogue.js';
import type { Claimant } from '../tasks/tasks.repository.js';

const everyMs = 10_000;

/** Tells everyone that this conductor is there, and what it can do. */
export class Announcer {
  private timer: NodeJS.Timeout | undefined;

  /** @param sealingKey public half of the key to which secrets are to be sealed */
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly catalogue: HardwareCatalogue,
    private readonly claimant: Claimant,
    private readonly sealingKey: SealingPublicKey,
    private readonly logger: Logger,
  ) {}

  async start(): Promise<void> {
    await this.announce(true);
    this.timer = setInterval(() => {
      this.announce(true).catch((error) => this.logger.warn({ err: error }, 'the announcement failed'));
    }, everyMs);
  }

  /** Says that it stops. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.announce(false);
  }

  private async announce(online: boolean): Promise<void> {
    const announcement = Object.assign(new ConductorAnnouncement(), {
      hostname: this.claimant.host,
      conductor_group: this.claimant.group,
      online,
      hardware_types: this.catalogue.announcements(),
      sealing_key: { id: this.sealingKey.id, publicKey: this.sealingKey.publicKey },
    });
    await this.database.transaction((tx) =>
      this.outbox.add(tx, {
        stream: 'EVENTS',
        subject: eventSubject('conductor', 'conductor', this.claimant.host, 'announced'),
        type: 'bessemer.conductor.announced',
        aggregate: `conductor:${this.claimant.host}`,
        data: announcement,
      }),
    );
  }
}
