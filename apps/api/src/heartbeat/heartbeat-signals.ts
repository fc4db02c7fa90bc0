import { Outbox, Questions } from '@bessemer/bus';
import { conductorRpcSubject, HeartbeatsAnswer, type HeartbeatsQuestion, SignalCommand } from '@bessemer/contracts';
import { Database } from '@bessemer/database';
import { isBessemerError } from '@bessemer/errors';
import type { Logger } from '@bessemer/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '../http/tokens.js';
import { groupBy } from '../records/group-by.js';
import { type TaskSignal, TaskStart } from '../tasks/task-start.js';
import type { NodeOfAgent } from './heartbeat.repository.js';

/** Longer an agent does not wait because a conductor has stalled. */
const answerWithinMs = 1000;

/** A heartbeat for the task of a node. */
export interface TaskBeat {
  readonly node: NodeOfAgent;
  readonly signal: TaskSignal;
}

/**
 * Tells tasks of the heartbeats of their agents. A conductor is asked to keep them, which spares them the outbox and the stream: an agent
 * has its answer only when they are kept, and else beats again. When no conductor answers they are commands like others.
 */
@Injectable()
export class HeartbeatSignals {
  constructor(
    private readonly questions: Questions,
    private readonly outbox: Outbox,
    private readonly database: Database,
    private readonly start: TaskStart,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Tells all of them, and answers by the node when its beat is kept, by a conductor or in the outbox: those for other conductors need
   * not wait for one that is slow.
   *
   * @param beats of different nodes, noted already: what is told is true then
   */
  tell(beats: readonly TaskBeat[]): Map<string, Promise<void>> {
    const groups = groupBy(beats, ({ node }) => conductorRpcSubject(node.conductor_group, node.driver, 'heartbeats'));
    return new Map(
      [...groups].flatMap(([subject, group]) => {
        const told = this.tellGroup(subject, group);
        // Whoever waits for it learns of a failure, but perhaps later than it comes.
        told.catch(() => undefined);
        return group.map(({ node }) => [node.uuid, told] as const);
      }),
    );
  }

  private async tellGroup(subject: string, beats: readonly TaskBeat[]): Promise<void> {
    const question: HeartbeatsQuestion = {
      signals: beats.map(({ node, signal }) => Object.assign(new SignalCommand(), signal, { node: node.uuid })),
    };
    try {
      await this.questions.ask(subject, question, { answer: HeartbeatsAnswer, timeoutMs: answerWithinMs });
    } catch (error) {
      if (!isBessemerError(error)) throw error;
      this.logger.debug(
        { err: error, beats: beats.length },
        'no conductor took heartbeats; they are put into the outbox',
      );
      const messages = beats.map(({ node, signal }) => this.start.signalOf(node, signal));
      await this.database.transaction((tx) => this.outbox.addAll(tx, messages));
    }
  }
}
