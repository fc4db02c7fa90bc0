import { Questions } from '@bessemer/bus';
import {
  type NodeFields,
  NodeFieldsAnswer,
  NodeFieldsQuestion,
  rpcSubject,
  type SnapshotRow,
} from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';

const answerWithinMs = 10_000;

/** A machine as the copy has it, with the fields of its record that hooks and rules read and only the owner has. */
export type MachineRecord = SnapshotRow & NodeFields;

/** Asks the owner of nodes for what a copy does not have. */
@Injectable()
export class MachineFields {
  constructor(private readonly questions: Questions) {}

  /**
   * The machine with the fields that its record has now.
   *
   * @throws `not-found` when the node was deleted meanwhile; `unavailable` when the api does not answer
   */
  async complete(machine: SnapshotRow): Promise<MachineRecord> {
    const question: NodeFieldsQuestion = { node: machine.uuid };
    const answer = await this.questions.ask(rpcSubject('api', 'node-fields'), question, {
      answer: NodeFieldsAnswer,
      timeoutMs: answerWithinMs,
    });
    if (answer?.fields) return { ...machine, ...answer.fields };
    throw new BessemerError('not-found', `Could not find node ${machine.uuid} in cache`);
  }
}
