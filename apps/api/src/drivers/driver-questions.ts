import { AnswerTimeoutError, NoResponderError, Questions } from '@bessemer/bus';
import {
  CallAnswer,
  type CallQuestion,
  conductorRpcSubject,
  type InterfaceVerdict,
  type JsonObject,
  ValidateAnswer,
  type ValidateQuestion,
} from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import { type NodeRow, recordOf } from '../nodes/node-row.js';
import { NodesRepository } from '../nodes/nodes.repository.js';

const validateTimeoutMs = 10_000;
const callTimeoutMs = 60_000;

/** Interfaces whose verdict refuses a verb (reference: states.md §4); for the others the task finds out. */
const deciding: Readonly<Record<string, readonly string[]>> = {
  inspect: ['power', 'inspect'],
  clean: ['power', 'network'],
  deploy: ['power', 'deploy'],
  rebuild: ['power', 'deploy'],
  delete: ['power'],
  rescue: ['power', 'rescue', 'network'],
  unrescue: ['power', 'rescue', 'network'],
  service: ['power', 'network'],
  power: ['power'],
};

/** Asks a conductor of the node's group and type about its driver. */
@Injectable()
export class DriverQuestions {
  constructor(
    private readonly questions: Questions,
    private readonly nodes: NodesRepository,
  ) {}

  /** The verdict of each interface on the node. Throws `unavailable` when no conductor is there. */
  async verdicts(node: NodeRow, verb?: string, args: JsonObject = {}): Promise<Record<string, InterfaceVerdict>> {
    const question: ValidateQuestion = {
      ...(await this.subjectOf(node)),
      ...(verb === undefined ? {} : { verb }),
      arguments: args,
    };
    const answer = await this.ask(node, 'validate', question, ValidateAnswer, validateTimeoutMs);
    return answer.interfaces;
  }

  /**
   * Throws unless the driver takes the verb now: `invalid` with the driver's reason, `unavailable` when nobody can say.
   *
   * @param event the lifecycle event that the verb raises, or `power`
   */
  async requireAgreement(node: NodeRow, event: string, verb: string, args: JsonObject): Promise<void> {
    const verdicts = await this.verdicts(node, verb, args);
    for (const kind of deciding[event] ?? []) {
      const verdict = verdicts[kind];
      if (verdict?.result === false)
        throw new BessemerError(
          'invalid',
          verdict.reason ?? `The ${kind} interface of node ${node.uuid} refuses ${verb}.`,
        );
    }
  }

  /** Calls a method of an interface and returns what it answered. */
  async call(node: NodeRow, kind: string, method: string, args: JsonObject = {}): Promise<unknown> {
    const question: CallQuestion = {
      ...(await this.subjectOf(node)),
      interface: kind,
      method,
      arguments: args,
    };
    return (await this.ask(node, 'call', question, CallAnswer, callTimeoutMs)).result;
  }

  private async subjectOf(node: NodeRow): Promise<Pick<CallQuestion, 'node' | 'ports'>> {
    const [traits, ports] = await Promise.all([this.nodes.traits(node.uuid), this.nodes.ports(node.uuid)]);
    return { node: recordOf(node, traits), ports };
  }

  private async ask<A extends object>(
    node: NodeRow,
    method: string,
    question: object,
    answer: new () => A,
    timeoutMs: number,
  ): Promise<A> {
    try {
      return await this.questions.ask(conductorRpcSubject(node.conductor_group, node.driver, method), question, {
        answer,
        timeoutMs,
      });
    } catch (error) {
      if (error instanceof AnswerTimeoutError)
        throw new BessemerError(
          'timeout',
          `The conductor that serves the driver ${node.driver} in the conductor group "${node.conductor_group}" did not answer within ${timeoutMs / 1000} seconds.`,
          { remedy: 'Look how the conductors are, then try again.', cause: error },
        );
      if (!(error instanceof NoResponderError)) throw error;
      throw new BessemerError(
        'unavailable',
        `No conductor is available that serves the driver ${node.driver} in the conductor group "${node.conductor_group}".`,
        { remedy: 'Start one, or try again later.', cause: error },
      );
    }
  }
}
