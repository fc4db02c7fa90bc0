import type { InventoryDocument } from '@bessemer/drivers';
import { BessemerError } from '@bessemer/errors';

const timeoutMs = 30_000;

/** Gives inventories that were learned without a ramdisk to the inspector, which owns them. */
export class InventoryStore {
  /**
   * @param inspectorUrl base URL of the inspector
   * @param token bearer of its internal endpoints
   */
  constructor(
    private readonly inspectorUrl: string,
    private readonly token: string,
  ) {}

  /**
   * Stores what a task has found; the same task's second document changes nothing.
   * @throws `unavailable` when the inspector does not answer, `invalid` when it does not take the document
   */
  async store(node: string, task: string, document: InventoryDocument, signal: AbortSignal): Promise<void> {
    const response = await this.put(node, task, document, signal);
    if (response.ok) return;
    const reason = `The inspector does not keep the inventory: it answers ${response.status}.`;
    throw new BessemerError(response.status >= 500 ? 'unavailable' : 'invalid', reason, {
      remedy: 'Look at the log of the inspector.',
    });
  }

  private async put(
    node: string,
    task: string,
    document: InventoryDocument,
    signal: AbortSignal,
  ): Promise<{ ok: boolean; status: number }> {
    try {
      const response = await fetch(`${this.inspectorUrl}/internal/inventory/${node}?task=${task}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
        body: JSON.stringify(document),
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      await response.arrayBuffer();
      return response;
    } catch (cause) {
      signal.throwIfAborted();
      throw new BessemerError('unavailable', 'The inspector, which keeps inventories, does not answer.', { cause });
    }
  }
}
