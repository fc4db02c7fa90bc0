export { Bus, type BusOptions } from './bus.js';
export { type ConsumeOptions, Consumers, type Received } from './consumers.js';
export { type DeadLetter, DeadLetters } from './dead-letters.js';
export { busMigrations } from './migrations.js';
export { type NatsConfigurationOptions, natsConfiguration } from './nats-configuration.js';
export { Outbox, type OutboxMessage } from './outbox.js';
export { type AnswerOptions, AnswerTimeoutError, type AskOptions, NoResponderError, Questions } from './questions.js';
export { Relay, type RelayOptions } from './relay.js';
export type { StreamName, StreamSettings } from './streams.js';
