import { type BusUser, busUsers } from '@bessemer/bus';
import { eventDurable, serviceNames } from '@bessemer/contracts';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection, PermissionViolationError } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestStack } from '../stack/index.js';

describe('Rights on the bus', () => {
  let stack: TestStack;
  const connections = new Map<BusUser, NatsConnection>();
  const as = (user: BusUser): NatsConnection => {
    const connection = connections.get(user);
    if (!connection) throw new Error(`no connection of ${user}`);
    return connection;
  };
  const publish = (user: BusUser, subject: string) => jetstream(as(user)).publish(subject, '{}', { timeout: 2_000 });

  beforeAll(async () => {
    stack = await TestStack.start();
    await stack.bus('api');
    for (const user of busUsers) {
      const pass = stack.nats.passwords[user];
      connections.set(user, await connect({ servers: stack.nats.url, user, pass, inboxPrefix: `_INBOX_${user}` }));
    }
  });
  afterAll(async () => {
    for (const connection of connections.values()) await connection.close();
    await stack.stop();
  });

  it.each(serviceNames)('%s publishes its own events', async (service) => {
    await expect(publish(service, `metal.event.${service}.node.x.tested`)).resolves.toMatchObject({ stream: 'EVENTS' });
  });

  it.each(
    busUsers.flatMap((user) =>
      serviceNames.filter((service) => service !== user).map((service) => ({ user, service })),
    ),
  )('$user does not publish events of $service', async ({ user, service }) => {
    await expect(publish(user, `metal.event.${service}.node.x.tested`)).rejects.toThrow(/permission/i);
  });

  it.each(busUsers.filter((user) => user !== 'api'))('%s publishes no work', async (user) => {
    await expect(publish(user, 'metal.work.power.default.ipmi.power')).rejects.toThrow(/permission/i);
  });

  it.each(
    busUsers.flatMap((user) =>
      serviceNames.filter((service) => service !== user).map((service) => ({ user, service })),
    ),
  )('$user does not hear the questions to $service', async ({ user, service }) => {
    await expect(subscription(as(user), `metal.rpc.${service}.>`)).resolves.toBeInstanceOf(PermissionViolationError);
  });

  it.each(busUsers.flatMap((user) => busUsers.filter((other) => other !== user).map((other) => ({ user, other }))))(
    '$user does not hear the answers to $other',
    async ({ user, other }) => {
      await expect(subscription(as(user), `_INBOX_${other}.>`)).resolves.toBeInstanceOf(PermissionViolationError);
    },
  );

  it('nobody without a password gets in', async () => {
    await expect(connect({ servers: stack.nats.url, reconnect: false })).rejects.toThrow(/authorization/i);
    await expect(connect({ servers: stack.nats.url, reconnect: false, user: 'api', pass: 'guess' })).rejects.toThrow(
      /authorization/i,
    );
  });

  describe('subscriber', () => {
    const denied = (request: string, body = '{}') => as('subscriber').request(request, body, { timeout: 1_000 });

    it('follows and replays events with a consumer of its own', async () => {
      await publish('api', 'metal.event.api.node.y.tested');
      const consumer = await jetstream(as('subscriber')).consumers.get('EVENTS', {
        filter_subjects: 'metal.event.api.node.y.>',
      });
      const message = await consumer.next({ expires: 2_000 });
      expect(message?.subject).toBe('metal.event.api.node.y.tested');
    });

    it.each([
      '$JS.API.STREAM.CREATE.EVENTS',
      '$JS.API.STREAM.UPDATE.EVENTS',
      '$JS.API.STREAM.DELETE.EVENTS',
      '$JS.API.STREAM.PURGE.EVENTS',
      '$JS.API.STREAM.MSG.DELETE.EVENTS',
      '$JS.API.STREAM.INFO.WORK',
      '$JS.API.CONSUMER.CREATE.WORK.spy',
      '$JS.API.CONSUMER.CREATE.EVENTS',
      '$JS.API.CONSUMER.DURABLE.CREATE.EVENTS.mine',
      `$JS.API.CONSUMER.CREATE.EVENTS.${eventDurable('api', 'conductor')}`,
      `$JS.API.CONSUMER.CREATE.EVENTS.${eventDurable('api', 'conductor')}.metal.event.conductor.>`,
      `$JS.API.CONSUMER.DELETE.EVENTS.${eventDurable('api', 'conductor')}`,
      `$JS.API.CONSUMER.MSG.NEXT.EVENTS.${eventDurable('api', 'conductor')}`,
      `$JS.ACK.EVENTS.${eventDurable('api', 'conductor')}.1.1.1.1.1`,
      'metal.rpc.api.resume',
      'metal.work.power._.ipmi.power',
      'anything.else',
    ])('is refused %s', async (request) => {
      await expect(denied(request)).rejects.toThrow(/permission/i);
    });

    it('is refused what is no event', async () => {
      for (const subject of ['metal.work.>', 'metal.rpc.>', '>', '$JS.>']) {
        expect(await subscription(as('subscriber'), subject)).toBeInstanceOf(PermissionViolationError);
      }
    });
  });

  it('a service does not touch the consumers of another', async () => {
    const manager = await jetstreamManager(as('dhcp'), { checkAPI: false });
    await expect(manager.consumers.delete('EVENTS', eventDurable('api', 'conductor'))).rejects.toThrow(/permission/i);
    await expect(manager.consumers.info('WORK', 'work-power-_-ipmi')).rejects.toThrow(/permission/i);
  });
});

/** The error with which the server refuses a subscription; undefined when it does not. */
async function subscription(connection: NatsConnection, subject: string): Promise<Error | undefined> {
  let refusal: Error | undefined;
  const subscribed = connection.subscribe(subject, {
    callback: (error) => {
      refusal ??= error ?? undefined;
    },
  });
  await connection.flush();
  await connection.flush();
  if (!refusal) subscribed.unsubscribe();
  return refusal;
}
