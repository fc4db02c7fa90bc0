import { Questions } from '@bessemer/bus';
import { AdmitQuestion, RefuseQuestion, rpcSubject } from '@bessemer/contracts';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AdmissionsService } from './admissions.service.js';

/** Answers the conductors' questions about network boot. */
@Injectable()
export class AdmissionsQuestions implements OnApplicationBootstrap {
  constructor(
    private readonly questions: Questions,
    private readonly admissions: AdmissionsService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.questions.answer(rpcSubject('dhcp', 'admit'), {
      queue: 'dhcp',
      question: AdmitQuestion,
      handle: (question) => this.admissions.admit(question),
    });
    await this.questions.answer(rpcSubject('dhcp', 'refuse'), {
      queue: 'dhcp',
      question: RefuseQuestion,
      handle: (question) => this.admissions.refuse(question),
    });
  }
}
