// node follow-node.mjs NODE-UUID [FROM-SEQUENCE]
import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

const [node, from] = process.argv.slice(2);
const connection = await connect({
  servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222',
  user: 'subscriber',
  pass: process.env.NATS_PASSWORD,
  inboxPrefix: '_INBOX_subscriber', // the only inboxes that this user may listen to
  maxReconnectAttempts: -1,
});

// An ordered consumer: nothing to acknowledge, nothing left behind at the server, and it begins anew by itself where it was.
const consumer = await jetstream(connection).consumers.get('EVENTS', {
  filter_subjects: `metal.event.api.node.${node}.>`,
  ...(from
    ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: Number(from) }
    : { deliver_policy: DeliverPolicy.New }),
});
console.error(from ? `replaying ${node} from ${from}` : `following ${node}`);

for await (const message of await consumer.consume()) {
  const event = message.json();
  console.log(JSON.stringify({ sequence: message.seq, time: event.time, type: event.type, data: event.data }));
}
