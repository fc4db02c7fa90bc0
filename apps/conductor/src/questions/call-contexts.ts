import type { NodeRecord, PortRecord } from '@bessemer/contracts';
import type { CallContext } from '@bessemer/drivers';
import { BessemerError } from '@bessemer/errors';
import type { HardwareCatalogue } from '../hardware/hardware-catalogue.js';
import type { SecretsOpener } from '../hardware/opened-node.js';
import { monotonicMs } from '../leases/monotonic.js';

/** After this the asker has given up, so no effect may follow. */
const longestCallMs = 30_000;

/** Builds what an implementation gets for a question, which is answered at once and has no task. */
export class CallContexts {
  constructor(
    private readonly catalogue: HardwareCatalogue,
    private readonly opener: SecretsOpener,
    private readonly now: () => Date,
  ) {}

  /**
   * The context, and the texts that no answer may hold.
   * @throws `invalid` when the node names implementations that are not enabled here
   */
  build(record: NodeRecord, ports: readonly PortRecord[]): { context: CallContext; secrets: string[] } {
    const { node, secrets } = this.opener.open(record, {});
    const askedAt = monotonicMs();
    const context: CallContext = {
      node,
      ports,
      hardware: this.catalogue.resolve(node),
      now: this.now,
      signal: AbortSignal.timeout(longestCallMs),
      guard: async () => {
        if (monotonicMs() - askedAt > longestCallMs)
          throw new BessemerError('timeout', 'The call took too long; nothing more is done for it.');
      },
    };
    return { context, secrets };
  }
}
