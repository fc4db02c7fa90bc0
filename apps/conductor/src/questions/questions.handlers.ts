import type { Questions } from '@bessemer/bus';
import { CallQuestion, conductorRpcSubject, HeartbeatsQuestion, ValidateQuestion } from '@bessemer/contracts';
import type { Claimant } from '../tasks/tasks.repository.js';
import type { TasksService } from '../tasks/tasks.service.js';
import type { CallsService } from './calls.service.js';
import type { Stall } from './stall.js';
import type { VerdictsService } from './verdicts.service.js';

const queue = 'conductor';

/** Answers the questions to conductors of its group and types. */
export class QuestionsHandlers {
  constructor(
    private readonly questions: Questions,
    private readonly verdicts: VerdictsService,
    private readonly calls: CallsService,
    private readonly tasks: TasksService,
    private readonly stall: Stall,
    private readonly claimant: Claimant,
  ) {}

  async start(): Promise<void> {
    this.stall.start();
    const { group, hardwareTypes } = this.claimant;
    for (const type of hardwareTypes) {
      await this.questions.answer(conductorRpcSubject(group, type, 'validate'), {
        queue,
        question: ValidateQuestion,
        handle: (question) => this.verdicts.validate(question),
      });
      await this.questions.answer(conductorRpcSubject(group, type, 'heartbeats'), {
        queue,
        question: HeartbeatsQuestion,
        handle: async ({ signals }) => ({ stored: await this.tasks.heartbeats(signals) }),
      });
      await this.questions.answer(conductorRpcSubject(group, type, 'call'), {
        queue,
        question: CallQuestion,
        handle: async (question) => {
          this.stall.assertAwake();
          return await this.calls.call(question);
        },
      });
    }
  }

  async stop(): Promise<void> {
    this.stall.stop();
    await this.questions.stop();
  }
}
