/** The bus: commands and events over JetStream by outbox and inbox, questions over core NATS, rights of each service. */
export { Bus, type BusOptions } from './bus.js';
export { type CloudEvent, maxMessageBytes } from './cloud-event.js';
export { type ConsumeOptions, Consumers, type Received } from './consumers.js';
export { type DeadLetter, DeadLetters } from './dead-letters.js';
export { instanceOf } from './message-validation.js';
export { busMigrations } from './migrations.js';
export {
  type BusUser,
  busUsers,
  type NatsConfigurationOptions,
  natsConfiguration,
  permissionsOf,
  subscriberUser,
} from './nats-configuration.js';
export { Outbox, type OutboxMessage } from './outbox.js';
export { AnswerTimeoutError, NoResponderError } from './question-errors.js';
export { type AnswerOptions, type AskOptions, Questions } from './questions.js';
export { Relay, type RelayOptions } from './relay.js';
export type { StreamName, StreamSettings } from './streams.js';
export { currentTraceparent, withTraceparent } from './trace-context.js';
