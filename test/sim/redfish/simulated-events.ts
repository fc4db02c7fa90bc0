import type { Answer } from './answer.js';
import { collectionResource } from './resources.js';

const root = '/redfish/v1/EventService';

/** Whom the BMC tells of its events. */
export class SimulatedEvents {
  /** Subscriptions by id, as they were asked for. */
  readonly subscriptions = new Map<string, Record<string, unknown>>();
  private made = 0;

  /** Undefined for what is not of the service. */
  answer(asked: string, body: Record<string, unknown>): Answer | undefined {
    const collection = `${root}/Subscriptions`;
    if (asked === `GET ${root}`)
      return {
        body: {
          ...{ '@odata.id': root, Subscriptions: { '@odata.id': collection } },
          EventTypesForSubscription: ['Alert', 'StatusChange'],
        },
      };
    if (asked === `GET ${collection}`)
      return {
        body: collectionResource(
          collection,
          [...this.subscriptions.keys()].map((id) => `${collection}/${id}`),
        ),
      };
    if (asked === `POST ${collection}`) {
      this.made += 1;
      this.subscriptions.set(String(this.made), body);
      return { status: 201, headers: { location: `http://bmc.example${collection}/${this.made}` } };
    }
    const [verb, path = ''] = asked.split(' ');
    const id = path.startsWith(`${collection}/`) ? path.slice(collection.length + 1) : '';
    const found = this.subscriptions.get(id);
    if (found === undefined) return undefined;
    if (verb === 'GET') return { body: { '@odata.id': path, Id: id, Name: 'Event Subscription', ...found } };
    return verb === 'DELETE' && this.subscriptions.delete(id) ? { status: 204 } : undefined;
  }
}
